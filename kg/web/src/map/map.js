// The page of a related-work map: ties the views, the filters, the search and the details together.
import { drawing, element } from "../shared/dom.js";
import { choice } from "../shared/filters.js";
import { RELATIONS } from "../shared/kinds.js";
import {
  claim as claimBody,
  groupHeading,
  longList,
  nodeName,
  nodeRow,
  result as resultBody,
  showNode,
  showOverview,
  swatch,
} from "../shared/panel.js";
import { searchBox } from "../shared/search-box.js";
import { capital, count, fold, many } from "../shared/text.js";
import { Chart, colourOf, shapeOf } from "./chart.js";
import { between, telling, unpack } from "./data.js";
import { Hint } from "./grid.js";
import {
  boardsView,
  claimList,
  differencesView,
  gapsView,
  matrixView,
  supportView,
  timelinesView,
} from "./views.js";

const find = (id) => document.getElementById(id);
const map = unpack(JSON.parse(find("data").textContent));
const panel = find("panel");
const stage = find("stage");
const hint = new Hint(find("hint"));
const GROUPS = 24;

// ---- filters ----------------------------------------------------------------------------------------------------

const state = { chosen: null, hovered: null, groups: new Set(), list: "", least: 0, from: "", until: "" };
const months = [...new Set(map.papers.map(({ issued }) => issued.slice(0, 7)).filter(Boolean))].sort();

function isShown(paper) {
  if (state.groups.has(Math.min(paper.cluster, GROUPS))) return false;
  if (state.list !== "" && !paper.lists.includes(Number(state.list))) return false;
  if (!state.from && !state.until) return true;
  const month = paper.issued.slice(0, 7);
  return Boolean(month) && (!state.from || month >= state.from) && (!state.until || month <= state.until);
}

/** The mark of a group of papers. */
function mark(number) {
  const svg = drawing("swatch", "0 0 16 16", shapeOf(Math.max(number, 0)));
  svg.style.fill = `var(${colourOf(number)})`;
  return svg;
}

const form = find("filters").querySelector("form");
for (const cluster of map.clusters.slice(0, GROUPS)) {
  const input = element("input", {
    type: "checkbox",
    name: "group",
    value: cluster.number,
    defaultChecked: true,
  });
  const name = element("span", { className: "name", dir: "auto" }, cluster.name);
  find("groups").append(
    element(
      "label",
      {},
      input,
      mark(cluster.number),
      name,
      element("span", { className: "count" }, many(cluster.total)),
    ),
  );
}
if (map.clusters.length > GROUPS) {
  const input = element("input", { type: "checkbox", name: "group", value: GROUPS, defaultChecked: true });
  const total = map.clusters.slice(GROUPS).reduce((sum, cluster) => sum + cluster.total, 0);
  find("groups").append(
    element(
      "label",
      {},
      input,
      mark(GROUPS),
      `${many(map.clusters.length - GROUPS)} smaller groups`,
      element("span", { className: "count" }, many(total)),
    ),
  );
}
find("choices").append(
  choice("least", "Confidence", [
    [0, "any"],
    [0.5, "0.5 or more"],
    [0.8, "0.8 or more"],
  ]),
);
if (map.lists.length > 1)
  find("choices").append(
    choice("list", "List", [["", "all"], ...map.lists.map((title, index) => [index, title])]),
  );
const time = find("time");
time.hidden = months.length < 2;
for (const input of time.querySelectorAll("input")) input.max = months.length - 1;
time.elements.until.value = time.elements.until.defaultValue = months.length - 1;

function filter() {
  state.groups = new Set(
    [...form.querySelectorAll("[name=group]:not(:checked)")].map(({ value }) => Number(value)),
  );
  state.least = Number(form.elements.least.value);
  state.list = form.elements.list?.value ?? "";
  const [from, until] = [Number(time.elements.from.value), Number(time.elements.until.value)];
  state.from = from > 0 ? months[from] : "";
  state.until = until < months.length - 1 ? months[until] : "";
  const shown = map.papers.filter(isShown).length;
  time.elements.months.value = `${months[from] ?? ""} – ${months[until] ?? ""}: ${count(shown, "paper")}`;
  for (const input of [time.elements.from, time.elements.until])
    input.setAttribute("aria-valuetext", months[input.value] ?? "");
  find("status").textContent = `${count(shown, "paper")} shown`;
  redraw();
}
form.addEventListener("change", filter);
form.addEventListener("reset", () => {
  time.reset();
  setTimeout(filter);
});
time.addEventListener("input", ({ target }) => {
  const { from, until } = time.elements;
  if (Number(from.value) > Number(until.value)) (target === from ? until : from).value = target.value;
  filter();
});
time.addEventListener("submit", (event) => event.preventDefault());

// ---- details ----------------------------------------------------------------------------------------------------

const anchor = (node) => new URL(`#${node.type.id === "Paper" ? node.cite : node.slug}`, "about:blank").hash;
const byAnchor = new Map([...map.entities, ...map.papers].map((node) => [anchor(node), node]));
const actions = {
  open: (node) => go(node.whole ?? node, true),
  close: () => go(null, true),
  result: (result) => showParts("Result", result.paper.title, [resultBody(result, actions)]),
};

function showParts(kind, title, children) {
  panel.replaceChildren(
    element(
      "p",
      { className: "kind note" },
      kind,
      element("button", { type: "button", className: "more close", onclick: actions.close }, "Close"),
    ),
    element("h2", { dir: "auto", tabIndex: -1 }, title),
    ...children,
  );
  panel.scrollTop = 0;
}

const saidOf = (paper, entity) => [
  nodeRow(paper, actions),
  ...telling(between(paper, entity)).map((one) => evidence(one)),
];

/** A claim whose paper and entity are known from what stands around it. */
function evidence(one) {
  return element(
    "div",
    {},
    element("p", { className: "note" }, `${capital(one.relation.name)} ${one.entity.title}`),
    claimBody({ ...one, node: one.entity }, actions),
  );
}

const show = {
  cell: (paper, entity) =>
    showParts("Claim", `${paper.label} and ${entity.title}`, [
      nodeRow(paper, actions),
      ...between(paper, entity).map(evidence),
    ]),
  gap: (gap) =>
    showParts(
      ["Stated", "Not seen in this collection", "Not possible by type"][gap.state],
      `${gap.row.title} with ${gap.column.title}`,
      [
        ...gap.papers.flatMap((paper) => [...saidOf(paper, gap.row), ...saidOf(paper, gap.column).slice(1)]),
        ...gap.suggested.flatMap(({ entity, paper }) => [
          element("h3", {}, `Suggested by ${entity.title}`),
          ...saidOf(paper, entity),
          ...saidOf(paper, gap.column).slice(1),
        ]),
      ],
    ),
  support: ({ relation, entity, papers, groups, claims }) =>
    showParts("Support", `${capital(relation.name)} ${entity.title}`, [
      element("p", { className: "note" }, `${count(papers, "paper")}, ${count(groups, "group")} of authors`),
      claimList(claims, "paper", actions),
    ]),
  pair: ({ source, target, score, text, shared }) =>
    showParts("Related papers", `${source.label} and ${target.label}`, [
      nodeRow(source, actions),
      nodeRow(target, actions),
      element("p", { className: "note" }, `Relatedness ${score.toFixed(2)}: ${text}`),
      ...shared.flatMap((entity) => [
        element("h3", {}, nodeName(entity, actions)),
        ...saidOf(source, entity),
        ...saidOf(target, entity),
      ]),
    ]),
};

function relatedList(paper) {
  const parts = [];
  if (paper.built.length)
    parts.push(
      element("h3", {}, "Builds on, and what builds on it"),
      longList(paper.built, ({ source, target, relation, via, claims }) => {
        const other = source === paper ? target : source;
        const name = source === paper ? relation.name : relation.inverse;
        return element(
          "div",
          {},
          element("p", { className: "note" }, `${capital(name)}${via ? `: ${via.title}` : ""}`),
          nodeRow(other, actions),
          ...claims
            .flatMap(({ quotes }) => quotes.slice(0, 1))
            .map((one) => element("blockquote", { dir: "auto" }, one.text)),
        );
      }),
    );
  if (paper.related.length)
    parts.push(
      element("h3", {}, `Related papers (${many(paper.related.length)})`),
      longList(paper.related, (pair) => {
        const other = pair.source === paper ? pair.target : pair.source;
        const why = element(
          "button",
          { type: "button", className: "why", onclick: () => show.pair(pair) },
          pair.text,
        );
        return element("div", {}, nodeRow(other, actions, pair.score.toFixed(2), "Relatedness"), why);
      }),
    );
  return parts;
}

function describe(node) {
  const isPaper = node.type.id === "Paper";
  const groups = [...RELATIONS.values()].flatMap((relation) => {
    const claims = node.claims
      .filter((one) => one.relation === relation)
      .map((one) => ({ ...one, node: isPaper ? one.entity : one.paper }))
      .sort((one, other) => other.confidence - one.confidence);
    return claims.length
      ? [{ heading: groupHeading(relation, isPaper ? "out" : "in", claims.length), claims }]
      : [];
  });
  const group = isPaper && map.clusters[node.cluster];
  const facts = isPaper
    ? [node.authors, node.issued, group && `Group ${group.number + 1}: ${group.name}`, `Cite as ${node.cite}`]
    : [`In ${count(node.total, "paper")} of this map`];
  return {
    node,
    aliases: node.aliases,
    facts: facts.filter(Boolean),
    links: node.links ?? [],
    extra: isPaper ? relatedList(node) : [],
    groups,
    results: node.results.map((result) => ({
      ...result,
      paper: result.paper === node ? null : result.paper,
    })),
  };
}

function overview() {
  showOverview(
    panel,
    {
      title: "Start anywhere",
      summary: [
        `A map of ${map.start}: ${count(map.papers.length, "paper")} in ${count(map.clusters.length, "group")}.`,
        "Click a paper or a cell, or search. Each statement comes with the sentence that it was read from.",
      ],
      groups: map.clusters.map((cluster) => ({
        heading: `${cluster.number + 1}. ${cluster.name} (${many(cluster.total)})`,
        nodes: cluster.papers.map((node) => ({ node, note: node.issued.slice(0, 7) })),
      })),
    },
    actions,
  );
  const notes = map.notes.map((note) => element("p", { className: "note" }, note));
  if (notes.length) panel.append(element("h3", {}, "How this was made"), ...notes);
}

/** Choose a node (null: none), and put it into the address. */
function go(node, focus) {
  if ((byAnchor.get(location.hash) ?? null) !== node) location.hash = node ? anchor(node) : "";
  state.chosen = node?.type.id === "Paper" ? node : null;
  hint.hide();
  if (node) {
    showNode(panel, describe(node), actions);
    find("status").textContent = `${node.type.name}: ${node.title}`;
  } else overview();
  panel.scrollTop = 0;
  if (focus) panel.querySelector("h2").focus({ preventScroll: true });
  chart.draw();
}

// ---- views ------------------------------------------------------------------------------------------------------

const canvas = element("canvas", {
  id: "chart",
  tabIndex: 0,
  role: "application",
  "aria-label":
    "Map of the papers. Arrow keys move it, plus and minus zoom, 0 shows all of it. The search and the details hold the same as text.",
});
const chart = new Chart(canvas, {
  papers: map.papers,
  related: map.related,
  state,
  isShown,
  onPick: (paper) => go(paper, false),
  onHover(paper) {
    if (state.hovered === paper) return;
    state.hovered = paper;
    canvas.style.cursor = paper ? "pointer" : "grab";
    chart.draw();
  },
});

function picture() {
  const button = (text, label, onclick) =>
    element("button", { type: "button", "aria-label": label, onclick }, text);
  return [
    canvas,
    element(
      "div",
      { className: "zoom", role: "group", "aria-label": "Zoom" },
      button("+", "Zoom in", () => chart.zoom(1.3)),
      button("−", "Zoom out", () => chart.zoom(1 / 1.3)),
      button("Fit", "Show all papers", () => chart.fit()),
    ),
    map.notice && element("p", { className: "notice" }, map.notice),
  ];
}

const context = { map, state, isShown, hint, actions, show };
const views = [
  ["map", "Map", picture, false],
  ["matrix", "Matrix", () => matrixView(context), true],
  ["gaps", "Gaps", () => gapsView(context), false],
  ["timelines", "Timelines", () => timelinesView(context), false],
  ["boards", "Leaderboards", () => boardsView(context), true],
  ["differences", "Differences", () => differencesView(context), true],
  ["support", "Support", () => supportView(context), false],
].map(([id, name, draw, filtered]) => {
  const tab = element(
    "button",
    { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": id, onclick: () => turnTo(view) },
    name,
  );
  const body = element("section", {
    id,
    role: "tabpanel",
    "aria-labelledby": tab.id,
    className: id === "map" ? "" : "sheet panel",
    hidden: true,
  });
  const view = { id, tab, body, draw, filtered, drawn: false };
  return view;
});
find("tabs").append(...views.map(({ tab }) => tab));
stage.append(...views.map(({ body }) => body));
let current = views[0];

function turnTo(view) {
  current = view;
  hint.hide();
  for (const one of views) {
    one.body.hidden = one !== view;
    one.tab.setAttribute("aria-selected", String(one === view));
    one.tab.tabIndex = one === view ? 0 : -1;
  }
  // Axe and keyboards want a sheet that scrolls to be reached.
  if (view.id !== "map") view.body.tabIndex = 0;
  if (!view.drawn) {
    view.body.replaceChildren(...view.draw().filter(Boolean));
    view.drawn = true;
  }
  if (view.id === "map") chart.resize();
}
find("tabs").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = views[(views.indexOf(current) + step + views.length) % views.length];
  turnTo(next);
  next.tab.focus();
});

/** Bring what is seen up to date with the filters; the rest is drawn anew when it is turned to. */
function redraw() {
  for (const view of views) if (view.filtered) view.drawn = false;
  turnTo(current);
  chart.draw();
}

// ---- search -----------------------------------------------------------------------------------------------------

const everything = [...map.papers, ...map.entities];
const texts = new Map(everything.map((node) => [node, [node.title, ...node.aliases].map(fold)]));
searchBox({
  input: find("search"),
  list: find("matches"),
  find(text) {
    const query = fold(text);
    const rank = (one) =>
      one === query ? 0 : one.startsWith(query) ? 1 : one.includes(query) ? 2 : Infinity;
    const all = everything
      .map((node) => ({ node, best: Math.min(...texts.get(node).map(rank)) }))
      .filter(({ best }) => best < Infinity)
      .sort((one, other) => one.best - other.best || other.node.claims.length - one.node.claims.length);
    return { matches: all.slice(0, 12).map(({ node }) => node), total: all.length };
  },
  draw: (node) => [
    swatch(node.type),
    element("span", { dir: "auto" }, node.title),
    element("span", { className: "note" }, node.type.name),
  ],
  pick: (node) => go(node, true),
  say: (text) => (find("status").textContent = text),
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    find("search").focus();
  }
});
addEventListener("hashchange", () => go(byAnchor.get(location.hash) ?? null, true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.draw());

// ---- beginning --------------------------------------------------------------------------------------------------

find("filters").open = innerWidth > 1000;
filter();
go(byAnchor.get(location.hash) ?? null, false);

/** Where a paper is drawn on the canvas, in CSS pixels. */
const place = (paper) => chart.at(paper);

export { map, place };
