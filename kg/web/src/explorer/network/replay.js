// From a list of operations, and what the server answered to them, to what is on the canvas. Nothing here asks or draws.
import { parseFilters, write } from "./operations.js";

/** Who brought a node that no other node brought: the person. */
const PERSON = "";

/**
 * What some operations come to.
 *
 * `answer(operation, filters)` gives `{ids, total}` of what an operation brings, or undefined while it is not known.
 * The state has `nodes` (by id: the set of who brought it, in the order in which they came), `hidden`, `pins` (id to
 * [x, y]), `focus` ({id, depth} or null), `filters` (as text), `seed`, `expanded` (by id and relation: how many of how
 * many came), `paths` (the path operations), and `steps`: what a layout has to follow.
 */
export function replay(operations, answer) {
  const last = operations.findLastIndex(([name]) => name === "clear");
  const state = {
    nodes: new Map(),
    hidden: new Set(),
    pins: new Map(),
    focus: null,
    filters: "",
    seed: 1,
    expanded: new Map(),
    steps: [],
  };
  const counted = operations.slice(last + 1);
  const written = counted.map((operation) => write([operation]));
  for (const [index, operation] of counted.entries()) {
    apply(state, operation, answer(operation, state.filters));
    const [name, id, x, y] = operation;
    if (name === "pin") state.steps.push({ pinned: id, at: [x, y] });
    else if (["start", "expand", "path", "sample", "seed"].includes(name))
      state.steps.push({
        key: written.slice(0, index + 1).join(";"),
        ids: [...state.nodes.keys()],
        pins: new Map(state.pins),
        seed: state.seed,
        afresh: name === "seed",
      });
  }
  return state;
}

function bring(state, id, by) {
  if (!state.nodes.has(id)) state.nodes.set(id, new Set());
  state.nodes.get(id).add(by);
}

function apply(state, [name, id, ...rest], answer = { ids: [], total: 0 }) {
  const { nodes, pins, hidden } = state;
  if (name === "start" || name === "path" || name === "sample") {
    for (const one of answer.ids) {
      bring(state, one, PERSON);
      hidden.delete(one);
    }
  } else if (name === "expand" && nodes.has(id)) {
    const [relation, direction, offset] = rest;
    for (const one of answer.ids) if (one !== id) bring(state, one, id);
    const key = `${id} ${relation} ${direction} ${state.filters}`;
    const shown = Math.max(state.expanded.get(key)?.shown ?? 0, offset + answer.ids.length);
    state.expanded.set(key, { shown, total: answer.total });
  } else if (name === "collapse") {
    for (const by of nodes.values()) by.delete(id);
    for (const key of state.expanded.keys()) if (key.startsWith(`${id} `)) state.expanded.delete(key);
    sweep(state);
  } else if (name === "remove" && nodes.delete(id)) {
    for (const by of nodes.values()) if (by.delete(id)) by.add(PERSON);
  } else if (name === "hide" && nodes.has(id)) hidden.add(id);
  else if (name === "reveal") hidden.clear();
  else if (name === "pin" && nodes.has(id)) pins.set(id, rest);
  else if (name === "unpin") pins.delete(id);
  else if (name === "focus") state.focus = { id, depth: rest[0] };
  else if (name === "unfocus") state.focus = null;
  else if (name === "filter") state.filters = id;
  else if (name === "seed") state.seed = id;
  for (const gone of [...pins.keys(), ...hidden]) {
    if (nodes.has(gone)) continue;
    pins.delete(gone);
    hidden.delete(gone);
  }
  if (state.focus && !nodes.has(state.focus.id)) state.focus = null;
}

/** Drop what nobody holds any more: it was brought neither by the person, nor by a node that stays; pinned ones stay. */
function sweep({ nodes, pins }) {
  const brought = new Map();
  const held = new Set();
  for (const [id, by] of nodes) {
    if (by.has(PERSON) || pins.has(id)) held.add(id);
    for (const one of by) {
      if (!brought.has(one)) brought.set(one, []);
      brought.get(one).push(id);
    }
  }
  for (const id of held) for (const other of brought.get(id) ?? []) held.add(other);
  for (const [id, by] of nodes) {
    if (!held.has(id)) nodes.delete(id);
    else for (const one of by) if (one !== PERSON && !held.has(one)) by.delete(one);
  }
}

/**
 * What of a state is seen: the nodes and the lines between them that its filters, its focus and its hiding leave.
 *
 * `find(id)` gives a node, `edges` are all among those of the state, `listed(id)` says whether a paper is on the list
 * of the filters.
 * A line is all edges of one direction between two nodes: `{source, target, edges}`.
 */
export function view(state, { find, edges: all, listed }) {
  const filters = parseFilters(state.filters);
  const fits = (id) => {
    const node = find(id);
    if (state.hidden.has(id) || filters.types.includes(node.type)) return false;
    if (node.type !== "Paper") return true;
    return (
      (!filters.from || node.year >= Number(filters.from)) &&
      (!filters.until || (node.year && node.year <= Number(filters.until))) &&
      (!filters.list || listed(id))
    );
  };
  let shown = new Set([...state.nodes.keys()].filter((id) => find(id) && fits(id)));
  const lines = new Map();
  for (const edge of all) {
    if (!shown.has(edge.source) || !shown.has(edge.target) || filters.relations.includes(edge.relation))
      continue;
    if (edge.confidence !== null && edge.confidence < filters.confidence) continue;
    const key = `${edge.source} ${edge.target}`;
    if (!lines.has(key)) lines.set(key, { key, source: edge.source, target: edge.target, edges: [] });
    lines.get(key).edges.push(edge);
  }
  if (state.focus && shown.has(state.focus.id)) {
    shown = around(state.focus, [...lines.values()]);
  } else if (state.filters) {
    // An entity goes with its last line, unless it was put there by hand.
    const linked = new Set([...lines.values()].flatMap(({ source, target }) => [source, target]));
    const before = new Set(all.flatMap(({ source, target }) => [source, target]));
    for (const id of shown) {
      const kept = linked.has(id) || !before.has(id) || find(id).type === "Paper" || state.pins.has(id);
      if (!kept && !state.nodes.get(id).has(PERSON)) shown.delete(id);
    }
  }
  const left = [...lines.values()].filter(({ source, target }) => shown.has(source) && shown.has(target));
  return { ids: [...state.nodes.keys()].filter((id) => shown.has(id)), lines: left };
}

function around({ id, depth }, lines) {
  const beside = neighbours(lines);
  const found = new Set([id]);
  let ring = [id];
  for (let step = 0; step < depth; step += 1) {
    ring = ring
      .flatMap((one) => [...(beside.get(one) ?? [])])
      .filter((one) => !found.has(one) && found.add(one));
  }
  return found;
}

/** By id: the nodes at the other ends of its lines. */
export function neighbours(lines) {
  const beside = new Map();
  for (const { source, target } of lines) {
    for (const [one, other] of [
      [source, target],
      [target, source],
    ]) {
      if (!beside.has(one)) beside.set(one, new Set());
      beside.get(one).add(other);
    }
  }
  return beside;
}
