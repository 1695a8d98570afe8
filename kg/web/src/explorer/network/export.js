// The canvas as a file: PNG, SVG, a page that needs no server, and its claims as a table.
import { RELATIONS, TYPES } from "../../shared/kinds.js";
import { file } from "../api.js";
import { arrowHead, paint } from "./scene.js";

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const LEGEND = 26;

/** The types in a scene, with where each stands in the legend under the picture. */
function legend({ marks, width, height }) {
  const types = [...TYPES.values()].filter((type) => marks.some((mark) => mark.type === type.id));
  const step = Math.min(110, (width - 20) / Math.max(1, types.length));
  return types.map((type, at) => ({ type, x: 18 + at * step, y: height + LEGEND / 2 }));
}

/** What is seen, with labels and a legend, as a PNG of twice the size. */
async function savePng(scene) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 2 * scene.width, height: 2 * (scene.height + LEGEND) });
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.fillStyle = scene.palette.ground;
  context.fillRect(0, 0, scene.width, scene.height + LEGEND);
  const keys = legend(scene);
  paint(context, scene);
  context.fillStyle = scene.palette.ground;
  context.fillRect(0, scene.height, scene.width, LEGEND);
  paint(context, {
    ...scene,
    lines: [],
    texts: [],
    marks: keys.map(({ type, x, y }) => ({ x, y, r: 6, type: type.id })),
  });
  Object.assign(context, {
    font: `12px ${scene.palette.family}`,
    fillStyle: scene.palette.ink,
    textBaseline: "middle",
  });
  for (const { type, x, y } of keys) context.fillText(type.name, x + 11, y + 1);
  save(await new Promise((done) => canvas.toBlob(done, "image/png")), "network.png");
}

const escape = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
const round = (number) => Math.round(number * 10) / 10;

function fontOf(font) {
  const [, style, weight, size, family] = /^(italic )?(\d+ )?([\d.]+)px (.*)$/s.exec(font);
  const more = `${style ? ' font-style="italic"' : ""}${weight ? ` font-weight="${weight.trim()}"` : ""}`;
  return `font-size="${size}" font-family="${escape(family)}"${more}`;
}

/** A scene as SVG. */
export function toSvg(scene, title) {
  const { width, height, palette } = scene;
  const points = (corners) => corners.map((corner) => corner.map(round).join(",")).join(" ");
  const mark = ({ x, y, r, type }) =>
    `<path d="${TYPES.get(type).path}" fill="${palette[type]}" stroke="${palette.ground}" stroke-width="${round(16 / r)}" paint-order="stroke" ` +
    `transform="translate(${round(x - r)} ${round(y - r)}) scale(${Math.round((r / 8) * 1000) / 1000})"/>`;
  const body = [
    `<title>${escape(title)}</title>`,
    `<rect width="100%" height="100%" fill="${palette.ground}"/>`,
    ...scene.lines.map(
      (line) =>
        `<line x1="${round(line.from.x)}" y1="${round(line.from.y)}" x2="${round(line.to.x)}" y2="${round(line.to.y)}" ` +
        `stroke="${line.colour}" stroke-width="${line.width}"${line.dashed ? ' stroke-dasharray="6 4"' : ""}/>` +
        (line.arrow ? `<polygon points="${points(arrowHead(line))}" fill="${line.colour}"/>` : ""),
    ),
    ...scene.marks.map(mark),
    `<g text-anchor="middle" dominant-baseline="text-before-edge" paint-order="stroke" stroke="${palette.ground}" stroke-width="3.5" stroke-linejoin="round">`,
    ...scene.texts.map(
      ({ text, x, y, font, ink }) =>
        `<text x="${round(x)}" y="${round(y)}" fill="${ink}" ${fontOf(font)}>${escape(text)}</text>`,
    ),
    "</g>",
    `<rect y="${height}" width="100%" height="${LEGEND}" fill="${palette.ground}"/>`,
    ...legend(scene).map(
      ({ type, x, y }) =>
        mark({ x, y, r: 6, type: type.id }) +
        `<text x="${round(x + 11)}" y="${round(y + 4)}" fill="${palette.ink}" ${fontOf(`12px ${palette.family}`)}>${type.name}</text>`,
    ),
  ];
  const box = `width="${width}" height="${height + LEGEND}" viewBox="0 0 ${width} ${height + LEGEND}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box}>\n${body.join("\n")}\n</svg>\n`;
}

function saveSvg(scene, title) {
  save(new Blob([toSvg(scene, title)], { type: "image/svg+xml" }), "network.svg");
}

/** A page like graph.html of the nodes that are shown, where they stand; the server makes it. */
async function savePage({ shown, positions }, title) {
  // The y of a page grows downwards.
  const nodes = shown.ids.map((id) => {
    const [x, y] = positions.get(id);
    return { id, x: Math.round(1.6 * x), y: Math.round(-1.6 * y) };
  });
  const page = await file("page", { title, nodes });
  save(page, "network.html");
}

/** The lines as a table: source, relation, target, confidence. */
function saveTable({ lines }, find) {
  const cell = (value) => {
    const text = String(value ?? "");
    // What a spreadsheet would take for a formula is made text.
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const head = [
    "source",
    "source_type",
    "source_id",
    "relation",
    "target",
    "target_type",
    "target_id",
    "confidence",
  ];
  const rows = lines.flatMap(({ edges }) =>
    edges.map(({ source, target, relation, confidence }) => {
      const [from, to] = [find(source), find(target)];
      const name = RELATIONS.get(relation).name;
      return [from.label, from.type, source, name, to.label, to.type, target, confidence];
    }),
  );
  const table = [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
  save(new Blob([`${table}\r\n`], { type: "text/csv" }), "claims.csv");
}

/** What a canvas can be exported as: pairs of a name and what to do. */
export function exportsOf(page) {
  const scene = () => page.canvas.scene();
  const title = () => {
    const first = page.session.find(page.session.shown.ids[0]);
    return first ? `The network around ${first.label}` : "Network";
  };
  const attempt = (work) => async () => {
    try {
      await work();
    } catch (error) {
      page.problem(error.message);
    }
  };
  return [
    ["Picture (PNG)", attempt(() => savePng(scene()))],
    ["Drawing (SVG)", attempt(() => saveSvg(scene(), title()))],
    ["Page (HTML)", attempt(() => savePage(page.session, title()))],
    ["Table of claims (CSV)", attempt(() => saveTable(page.session.shown, page.session.find))],
  ];
}
