// graph.html: draws the network with vis-network, and ties search, filters and details to it.
import { choice, relationChoice, typeChoice, unchecked } from "../shared/filters.js";
import { element } from "../shared/dom.js";
import { RELATIONS, TYPES } from "../shared/kinds.js";
import { Labels } from "../shared/labels.js";
import { groupHeading, showLink, showNode, showOverview, swatch } from "../shared/panel.js";
import { searchBox } from "../shared/search-box.js";
import { capital, count, fold, many, score, shortTitle } from "../shared/text.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const find = (id) => document.getElementById(id);

const details = read("details");
const { lists, sentences } = details;
const relations = details.relations.map((id) => RELATIONS.get(id));

// One record per node; `edges` and `links` are filled below.
const nodes = read("nodes").map(({ id, label: title, group, size, x, y }) => {
  const more = details.nodes[id];
  return {
    id,
    label: group === "Paper" ? shortTitle(title) : title,
    title,
    size,
    x,
    y,
    iri: more.iri,
    key: more.key,
    type: TYPES.get(group),
    degree: more.degree,
    aliases: more.aliases ?? [],
    issued: more.issued ?? "",
    authors: more.authors ?? "",
    links: more.links ?? [],
    lists: more.lists ?? [],
    edges: [],
    claims: [],
    results: [],
  };
});
// One record per drawn line: all claims and links between the same two nodes, in the same direction.
const edges = read("edges").map(({ from, to }, id) => ({
  id,
  from: nodes[from],
  to: nodes[to],
  claims: [],
}));
for (const edge of edges) {
  edge.from.edges.push(edge);
  edge.to.edges.push(edge);
}
for (const [edge, relation, confidence, quotes, omitted, via] of details.claims) {
  const claim = {
    edge: edges[edge],
    relation: relations[relation],
    confidence: confidence === null ? null : confidence / 100,
    quotes: quotes.map(([sentence, marks]) => ({ text: sentences[sentence], marks })),
    omitted,
    via: via.map((id) => nodes[id]),
  };
  claim.edge.claims.push(claim);
  claim.edge.from.claims.push(claim);
  claim.edge.to.claims.push(claim);
}
for (const [paper, roles, value, unit, kind, sentence, marks] of details.results) {
  const result = {
    paper: nodes[paper],
    roles: roles.map(([role, label, id]) => ({ role, label, node: id < 0 ? null : nodes[id] })),
    score: score({ value, unit, kind }),
    kind,
    quote: { text: sentences[sentence], marks },
  };
  const named = result.roles.map(({ node }) => node).filter(Boolean);
  for (const node of new Set([result.paper, ...named])) node.results.push(result);
}
const types = [...TYPES.values()].filter((type) => nodes.some((node) => node.type === type));
const ranked = [...nodes].sort((one, other) => other.degree - one.degree || one.id - other.id);

// ---- what is chosen, and what the filters leave -----------------------------------------------------------------

const state = { node: null, edge: null, hovered: null, hiddenTypes: new Set(), hiddenRelations: new Set() };
const shownNodes = new Set();
const shownEdges = new Set();

function fitsPaperFilters(node) {
  if (node.type.id !== "Paper") return true;
  const { list, from, until } = find("filters").querySelector("form").elements;
  const year = node.issued.slice(0, 4);
  return (
    (!list?.value || node.lists.includes(Number(list.value))) &&
    (!from?.value || year >= from.value) &&
    (!until?.value || (year && year <= until.value))
  );
}

function applyFilters() {
  shownNodes.clear();
  shownEdges.clear();
  const allowed = new Set(
    nodes.filter(
      (node) => node === state.node || (!state.hiddenTypes.has(node.type.id) && fitsPaperFilters(node)),
    ),
  );
  for (const edge of edges) {
    const left = edge.claims.some(({ relation }) => !state.hiddenRelations.has(relation.id));
    if (left && allowed.has(edge.from) && allowed.has(edge.to)) shownEdges.add(edge);
  }
  // An entity goes with its last link; a paper stays.
  for (const node of allowed) {
    const linked = !node.edges.length || node.edges.some((edge) => shownEdges.has(edge));
    if (linked || node.type.id === "Paper" || node === state.node) shownNodes.add(node);
  }
}

// ---- the picture ------------------------------------------------------------------------------------------------

const FIRST_LABELS = 20;
// Of one size, a star covers far less than a dot.
const SHAPE_SIZES = { star: 1.4, triangle: 1.15, triangleDown: 1.15, diamond: 1.2, square: 0.9 };
const NAMED_EDGES = 80;
const stage = find("network");
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(`--${name}`).trim();
// Many lines would hide what they link.
const veil = Math.min(1, Math.max(0.12, 2500 / edges.length));
const drawnNodes = new Map();
const drawnEdges = new Map();

function nodeStyle(node, near) {
  const fill = colour(node.type.id);
  const chosen = node === state.node;
  return {
    id: node.id,
    hidden: !shownNodes.has(node),
    color: { background: fill, border: chosen ? colour("accent") : colour("ground") },
    borderWidth: chosen ? 4 : 1,
    opacity: near && !near.has(node) ? 0.15 : 1,
  };
}

function edgeStyle(edge, near) {
  const kinds = edge.claims.map(({ relation }) => relation.id);
  const chosen =
    edge === state.edge || (state.node && (edge.from === state.node || edge.to === state.node));
  const strong = kinds.includes("introduces");
  const faint = near ? !chosen : kinds.every((kind) => kind === "mentions");
  return {
    id: edge.id,
    hidden: !shownEdges.has(edge),
    color: {
      color: colour(chosen ? "accent" : faint ? "edge-faint" : strong ? "edge-strong" : "edge"),
      opacity: chosen ? 1 : near ? 0.3 : veil,
    },
    width: chosen || strong ? 2 : 1,
    dashes: edge.claims[0].relation.derived ? [6, 4] : false,
  };
}

/** Bring the picture up to date with the state, touching only what changed. */
function paint() {
  let near = null;
  if (state.node)
    near = new Set([
      state.node,
      ...state.node.edges.filter((edge) => shownEdges.has(edge)).flatMap(({ from, to }) => [from, to]),
    ]);
  else if (state.edge) near = new Set([state.edge.from, state.edge.to]);
  state.near = near;
  const changed = (items, drawn, draw) =>
    items
      .map((item) => draw(item, near))
      .filter((next) => {
        const key = JSON.stringify(next);
        const differs = drawn.get(next.id) !== key;
        drawn.set(next.id, key);
        return differs;
      });
  data.nodes.update(changed(nodes, drawnNodes, nodeStyle));
  data.edges.update(changed(edges, drawnEdges, edgeStyle));
}

/** What vis-network leaves to us: the labels, and dots for nodes too small to see. */
function drawOver(context) {
  const scale = network.getScale();
  const origin = network.canvasToDOM({ x: 0, y: 0 });
  const at = ({ x, y }) => [x * scale + origin.x, y * scale + origin.y];
  const { clientWidth: width, clientHeight: height } = context.canvas;
  const pixels = context.canvas.width / width;
  context.save();
  context.setTransform(pixels, 0, 0, pixels, 0, 0);
  const family = getComputedStyle(document.body).fontFamily;
  const labels = new Labels(context, { width, height, halo: colour("ground"), family });
  const bright = ranked.filter((node) => shownNodes.has(node) && (!state.near || state.near.has(node)));
  const inks = new Map(types.map(({ id }) => [id, colour(id)]));
  const radius = (node) => Math.max(node.size * scale, 1.5 + node.size / 16);
  for (const node of bright) {
    const [x, y] = at(node);
    labels.avoid(node, x, y, radius(node));
    if (node.size * scale >= radius(node)) continue;
    context.fillStyle = inks.get(node.type.id);
    context.beginPath();
    context.arc(x, y, radius(node), 0, 2 * Math.PI);
    context.fill();
  }
  const name = (node, how) => {
    const ink = colour("ink");
    labels.nameNode(node, node.label, ...at(node), radius(node), {
      ink,
      bold: node.type.id === "Paper",
      ...how,
    });
  };
  const pointed = new Set([state.node, state.hovered, state.edge?.from, state.edge?.to].filter(Boolean));
  for (const node of pointed) name(node, { bold: true, forced: true });
  const focus = state.hovered ?? state.node;
  const named = state.edge ? [state.edge] : focus ? focus.edges.filter((edge) => shownEdges.has(edge)) : [];
  for (const { from, to, claims } of named.length <= NAMED_EDGES ? named : []) {
    const text = claims.map(({ relation }) => relation.name).join(", ");
    labels.nameEdge(text, ...at({ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }), colour("accent"));
  }
  const others = bright.filter((node) => !pointed.has(node));
  for (const [rank, node] of others.entries()) name(node, { over: rank < FIRST_LABELS });
  context.restore();
}

const data = { nodes: new vis.DataSet(), edges: new vis.DataSet() };
applyFilters();
data.nodes.add(
  nodes.map((node) => ({
    ...nodeStyle(node, null),
    shape: node.type.shape,
    size: node.size * (SHAPE_SIZES[node.type.shape] ?? 1),
    x: node.x,
    y: node.y,
  })),
);
data.edges.add(
  edges.map((edge) => ({
    ...edgeStyle(edge, null),
    from: edge.from.id,
    to: edge.to.id,
    arrows: { to: { enabled: edge.claims[0].relation.arrow, scaleFactor: 0.5 } },
  })),
);
const network = new vis.Network(stage, data, read("options"));
network.on("afterDrawing", drawOver);

// ---- choosing ---------------------------------------------------------------------------------------------------

const panel = find("panel");
const actions = { open: (node) => go(node, true), close: () => go(null, true) };
const anchor = (node) => new URL(`#${node.key}`, "about:blank").hash;
const byAnchor = new Map(nodes.map((node) => [anchor(node), node]));

function describeNode(node) {
  const groups = relations.flatMap((relation) => {
    const mine = node.claims.filter((claim) => claim.relation === relation);
    return [
      [
        groupHeading.bind(null, relation, "out"),
        mine.filter(({ edge }) => edge.from === node).map((claim) => ({ ...claim, node: claim.edge.to })),
      ],
      [
        groupHeading.bind(null, relation, "in"),
        mine.filter(({ edge }) => edge.to === node).map((claim) => ({ ...claim, node: claim.edge.from })),
      ],
    ];
  });
  const left =
    node.degree -
    new Set(node.edges.flatMap(({ from, to }) => [from, to])).size +
    (node.edges.length ? 1 : 0);
  const facts = [node.authors, node.issued, node.lists.map((list) => lists[list]).join(" · ")];
  if (left > 0)
    facts.push(
      `${many(left)} more ${left === 1 ? "link is" : "links are"} in the graph, not in this picture.`,
    );
  return {
    node,
    aliases: node.aliases,
    facts: facts.filter(Boolean),
    links: node.links,
    results: node.results.map((result) => ({
      ...result,
      paper: result.paper === node ? null : result.paper,
    })),
    groups: groups
      .filter(([, claims]) => claims.length)
      .map(([heading, claims]) => ({
        heading: heading(claims.length),
        claims: claims.sort(
          (one, other) =>
            (other.confidence ?? 0) - (one.confidence ?? 0) ||
            other.node.degree - one.node.degree ||
            one.node.id - other.node.id,
        ),
      })),
  };
}

function overview() {
  const papers = nodes
    .filter(({ type }) => type.id === "Paper")
    .sort((one, other) => other.issued.localeCompare(one.issued) || one.id - other.id);
  const groups = types
    .filter(({ id }) => id !== "Paper")
    .map((type) => ({
      heading: `Most connected ${type.plural.toLowerCase()}`,
      nodes: ranked
        .filter((node) => node.type === type)
        .slice(0, 5)
        .map((node) => ({ node, note: many(node.degree) })),
    }));
  showOverview(
    panel,
    {
      title: "Start anywhere",
      summary: [
        `${count(papers.length, "paper")} and ${count(nodes.length - papers.length, "entity", "entities")} ` +
          `with ${count(details.claims.length, "link")}.`,
        "Click a node or a line, or search. Each claim comes with the sentence that it was read from.",
      ],
      groups: [
        ...groups,
        {
          heading: `Papers (${many(papers.length)})`,
          nodes: papers.map((node) => ({ node, note: node.issued })),
        },
      ],
    },
    actions,
  );
}

function choose(node, edge) {
  Object.assign(state, { node, edge });
  applyFilters();
  paint();
  if (node) {
    showNode(panel, describeNode(node), actions);
    find("status").textContent = `${node.type.name}: ${node.title}, ${many(node.edges.length)} links`;
  } else if (edge) {
    const claims = edge.claims.map((claim) => ({ ...claim, name: capital(claim.relation.name) }));
    showLink(panel, { from: edge.from, to: edge.to, claims }, actions);
  } else {
    overview();
  }
  panel.scrollTop = 0;
}

/** Choose a node (null: none), put it into the address, and, unless it was clicked in the picture, move there. */
function go(node, move) {
  if (decodeHash() !== node) location.hash = node ? anchor(node) : "";
  choose(node, null);
  if (!move) return;
  if (node) fit([...state.near], { most: 1.4 });
  panel.querySelector("h2").focus({ preventScroll: true });
}

function decodeHash() {
  return byAnchor.get(location.hash) ?? null;
}

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 300 };
}

network.on("click", ({ nodes: [node], edges: [edge] }) => {
  if (node !== undefined) go(nodes[node], false);
  else if (edge !== undefined) {
    go(null, false);
    choose(null, edges[edge]);
  } else go(null, false);
});
network.on("hoverNode", ({ node }) => hover(nodes[node]));
network.on("blurNode", () => hover(null));

function hover(node) {
  state.hovered = node;
  stage.classList.toggle("pointing", node !== null);
  network.redraw();
}

// Going back, or an address typed by hand; our own changes are in the state already.
addEventListener("hashchange", () => {
  if (decodeHash() !== state.node) go(decodeHash(), true);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  paint();
  network.redraw();
});

// ---- moving by keyboard and buttons -----------------------------------------------------------------------------

const zoom = (factor) => network.moveTo({ scale: network.getScale() * factor, animation: calm() });

/** Show some nodes as large as they and their labels allow. */
function fit(some = [...shownNodes], { most = 2, animation = calm() } = {}) {
  if (!some.length) return;
  const span = (values) => [Math.min(...values), Math.max(...values)];
  const [left, right] = span(some.flatMap(({ x, size }) => [x - size, x + size]));
  const [top, bottom] = span(some.flatMap(({ y, size }) => [y - size, y + size]));
  const scale = Math.min(
    (stage.clientWidth - 130) / (right - left),
    (stage.clientHeight - 80) / (bottom - top),
    most,
  );
  network.moveTo({
    position: { x: (left + right) / 2, y: (top + bottom) / 2 },
    scale: Math.max(scale, 0.02),
    animation,
  });
}

const pan = (x, y) => {
  const { x: atX, y: atY } = network.getViewPosition();
  network.moveTo({
    position: { x: atX + (60 * x) / network.getScale(), y: atY + (60 * y) / network.getScale() },
  });
};
const keys = {
  ArrowLeft: () => pan(-1, 0),
  ArrowRight: () => pan(1, 0),
  ArrowUp: () => pan(0, -1),
  ArrowDown: () => pan(0, 1),
  "+": () => zoom(1.3),
  "=": () => zoom(1.3),
  "-": () => zoom(1 / 1.3),
  0: () => fit(),
};
stage.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
find("zoom-in").addEventListener("click", () => zoom(1.3));
find("zoom-out").addEventListener("click", () => zoom(1 / 1.3));
find("fit").addEventListener("click", () => fit());

// ---- searching --------------------------------------------------------------------------------------------------

const search = find("search");
const texts = nodes.map((node) => [node.title, ...node.aliases].map(fold));

/** How well a text answers a query: the lower the better, Infinity for not at all. */
function rank(text, query) {
  if (text === query) return 0;
  const at = text.indexOf(query);
  if (at === 0) return 1;
  if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1]) ? 3 : 2;
  return query.split(/\s+/).every((word) => text.includes(word)) ? 4 : Infinity;
}

searchBox({
  input: search,
  list: find("matches"),
  find(text) {
    const query = fold(text);
    const all = nodes
      .map((node) => ({ node, best: Math.min(...texts[node.id].map((one) => rank(one, query))) }))
      .filter(({ best }) => best < Infinity)
      .sort(
        (one, other) =>
          one.best - other.best || other.node.degree - one.node.degree || one.node.id - other.node.id,
      );
    return { matches: all.slice(0, 12).map(({ node }) => node), total: all.length };
  },
  draw(node, text) {
    const query = fold(text);
    const also =
      rank(fold(node.title), query) === Infinity
        ? node.aliases.find((alias) => rank(fold(alias), query) < Infinity)
        : "";
    return [
      swatch(node.type),
      element("span", { dir: "auto" }, node.title),
      element("span", { className: "note", dir: "auto" }, also || node.type.name),
    ];
  },
  pick: (node) => go(node, true),
  say: (text) => (find("status").textContent = text),
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && !typing && (state.node || state.edge)) go(null, false);
});

// ---- legend and filters -----------------------------------------------------------------------------------------

const form = find("filters").querySelector("form");

for (const type of types)
  find("types").append(typeChoice(type, nodes.filter((node) => node.type === type).length));
for (const relation of relations) {
  const total = details.claims.filter(([, index]) => relations[index] === relation).length;
  find("relations").append(relationChoice(relation, total));
}
const years = [...new Set(nodes.map(({ issued }) => issued.slice(0, 4)).filter(Boolean))].sort();
if (lists.length > 1)
  find("papers").append(
    choice("list", "List", [["", "all"], ...lists.map((title, index) => [index, title])]),
  );
if (years.length > 1) {
  find("papers").append(
    choice("from", "From", [["", "any year"], ...years.map((year) => [year, year])]),
    choice("until", "Until", [["", "any year"], ...years.map((year) => [year, year])]),
  );
}
find("papers").hidden = lists.length < 2 && years.length < 2;

function filter() {
  state.hiddenTypes = unchecked(form, "type");
  state.hiddenRelations = unchecked(form, "relation");
  applyFilters();
  paint();
  find("status").textContent = `${many(shownNodes.size)} nodes and ${many(shownEdges.size)} lines shown`;
}
form.addEventListener("change", filter);
form.addEventListener("reset", () => setTimeout(filter));
find("filters").open = innerWidth > 1000;

// ---- beginning --------------------------------------------------------------------------------------------------

const start = decodeHash() ?? (details.focus.length === 1 ? nodes[details.focus[0]] : null);
choose(start, null);
fit([...(state.near ?? shownNodes)], { most: 1.4, animation: false });

export { network, nodes, edges, go, shownNodes, shownEdges };
