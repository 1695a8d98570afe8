// A picture as a list of lines, marks and texts: what lies over the WebGL layers, and what PNG and SVG are made of.
import { RELATIONS, TYPES } from "../../shared/kinds.js";
import { Labels } from "../../shared/labels.js";
import { shortTitle } from "../../shared/text.js";

const NAMES = ["ground", "ink", "accent", "edge", "edge-strong", "edge-faint", ...TYPES.keys()];
const NAMED_LINES = 24;
const NAMED_NODES = 400;

/** The colours of the page as it is now, light or dark, and its font. */
export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const context = document.createElement("canvas").getContext("2d");
  const colours = NAMES.map((name) => {
    // Whatever the notation, it comes back as #rrggbb.
    context.fillStyle = style.getPropertyValue(`--${name}`);
    return [name, context.fillStyle];
  });
  return { ...Object.fromEntries(colours), family: getComputedStyle(document.body).fontFamily };
}

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** Red, green and blue from 0 to 1 of a colour like #14181b. */
export function fractions(colour) {
  return channels(colour).map((channel) => channel / 255);
}

function mix(colour, ground, share) {
  const [over, under] = [channels(colour), channels(ground)];
  const mixed = over.map((channel, at) => Math.round(channel * share + under[at] * (1 - share)));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** How a line looks among so many: its colour, its width, whether it has a head and is dashed. */
export function lineStyle({ edges }, palette, total) {
  const kinds = edges.map(({ relation }) => RELATIONS.get(relation));
  const strong = kinds.some(({ id }) => id === "introduces");
  const faint = kinds.every(({ id }) => id === "mentions");
  const colour = palette[strong ? "edge-strong" : faint ? "edge-faint" : "edge"];
  // Many lines would hide what they link.
  const veil = Math.min(1, Math.max(0.3, 1500 / Math.max(1, total)));
  return {
    colour: mix(colour, palette.ground, veil),
    width: strong ? 2.4 : faint ? 1 : 1.5,
    arrow: kinds.every(({ arrow }) => arrow),
    dashed: kinds.every(({ derived }) => derived),
  };
}

/**
 * What to draw of some nodes and lines.
 *
 * `place(id)` gives `{x, y, r}` in CSS pixels, `find(id)` the node, `labels` a context to measure and write with.
 * `nodes` are in the order in which they get their labels; `pointed` are named before all others, come what may.
 */
export function compose({
  nodes,
  lines,
  total,
  pointed = [],
  named = [],
  place,
  find,
  palette,
  size,
  bright,
}) {
  const scene = { ...size, palette, lines: [], marks: [], texts: [] };
  const seen = ({ x, y, r }) => x > -r && y > -r && x < size.width + r && y < size.height + r;
  for (const line of lines) {
    const style = bright
      ? { ...lineStyle(line, palette, 0), colour: palette.accent }
      : lineStyle(line, palette, total);
    scene.lines.push({ from: place(line.source), to: place(line.target), ...style });
  }
  const drawn = nodes.map((id) => ({ id, ...place(id), node: find(id) })).filter(seen);
  for (const { node, x, y, r } of drawn.toReversed()) scene.marks.push({ x, y, r, type: node.type });
  name(scene, drawn, lines, { pointed: new Set(pointed), named, place });
  return scene;
}

/** Write the labels, each where there is room. */
function name(scene, drawn, lines, { pointed, named, place }) {
  const { palette, width, height } = scene;
  const ruler = document.createElement("canvas").getContext("2d");
  const recorder = {
    measureText(text) {
      ruler.font = this.font;
      return ruler.measureText(text);
    },
    strokeText() {},
    fillText(text, x, y) {
      scene.texts.push({ text, x, y, font: this.font, ink: this.fillStyle });
    },
  };
  const labels = new Labels(recorder, { width, height, halo: palette.ground, family: palette.family });
  for (const { id, x, y, r } of drawn) labels.avoid(id, x, y, r);
  const write = ({ id, node, x, y, r }, how) => {
    const paper = node.type === "Paper";
    const text = paper ? shortTitle(node.label) : node.label;
    labels.nameNode(id, text, x, y, r, { ink: palette.ink, bold: paper, ...how });
  };
  for (const one of drawn) if (pointed.has(one.id)) write(one, { bold: true, forced: true });
  for (const { source, target, edges } of named.length <= NAMED_LINES ? named : []) {
    const [from, to] = [place(source), place(target)];
    const text = edges.map(({ relation }) => RELATIONS.get(relation).name).join(", ");
    labels.nameEdge(text, (from.x + to.x) / 2, (from.y + to.y) / 2, palette.accent);
  }
  const others = drawn.filter(({ id }) => !pointed.has(id)).slice(0, NAMED_NODES);
  for (const [rank, one] of others.entries()) write(one, { over: rank < 20 });
}

/** The corners of an arrow's head at the rim of the node that it points to. */
export function arrowHead({ from, to, width }) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const [x, y] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const tip = [to.x - x * to.r, to.y - y * to.r];
  const base = [tip[0] - x * (5 + 2 * width), tip[1] - y * (5 + 2 * width)];
  const half = 2 + width;
  return [tip, [base[0] - y * half, base[1] + x * half], [base[0] + y * half, base[1] - x * half]];
}

const paths = new Map([...TYPES.values()].map(({ id, path }) => [id, new Path2D(path)]));

/** Draw a scene on a canvas. */
export function paint(context, { lines, marks, texts, palette }) {
  context.save();
  for (const line of lines) {
    context.strokeStyle = context.fillStyle = line.colour;
    context.lineWidth = line.width;
    context.setLineDash(line.dashed ? [6, 4] : []);
    context.beginPath();
    context.moveTo(line.from.x, line.from.y);
    context.lineTo(line.to.x, line.to.y);
    context.stroke();
    if (!line.arrow) continue;
    context.beginPath();
    for (const point of arrowHead(line)) context.lineTo(...point);
    context.fill();
  }
  context.setLineDash([]);
  context.strokeStyle = palette.ground;
  for (const { x, y, r, type } of marks) {
    context.save();
    context.translate(x - r, y - r);
    context.scale(r / 8, r / 8);
    context.fillStyle = palette[type];
    context.lineWidth = 16 / r;
    context.stroke(paths.get(type));
    context.fill(paths.get(type));
    context.restore();
  }
  Object.assign(context, { textAlign: "center", textBaseline: "top", lineJoin: "round", lineWidth: 3.5 });
  for (const { text, x, y, font, ink } of texts) {
    Object.assign(context, { font, fillStyle: ink });
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  }
  context.restore();
}
