// What the server has told: nodes, edges, and the answers to operations. Each is asked for once.
import { get, post } from "../api.js";
import { PAGE, apiFilters, parseFilters } from "./operations.js";

const AT_ONCE = 6;
const ASKING = new Set(["start", "expand", "path", "sample"]);

export class Knowledge {
  nodes = new Map();
  edges = new Map();
  /** Nodes among which all edges are known. */
  complete = new Set();
  answers = new Map();
  lists = new Map();

  find = (id) => this.nodes.get(id);
  answer = (operation, filters) => this.answers.get(key(operation, filters));
  listed = (list) => (id) => this.lists.get(list)?.has(id) ?? false;

  /** The edges among some nodes, in a fixed order. */
  between = (ids) => {
    this.ordered ??= [...this.edges.keys()].sort().map((key) => this.edges.get(key));
    return this.ordered.filter(({ source, target }) => ids.has(source) && ids.has(target));
  };

  learn({ nodes = [], edges = [] }) {
    for (const node of nodes) this.nodes.set(node.id, node);
    if (edges.length) this.ordered = null;
    for (const edge of edges) this.edges.set(`${edge.source} ${edge.target} ${edge.relation}`, edge);
  }

  /** The operations that need an answer, each with the filters that hold for it. */
  *asking(operations) {
    let filters = "";
    const last = operations.findLastIndex(([name]) => name === "clear");
    for (const operation of operations.slice(last + 1)) {
      if (operation[0] === "filter") filters = operation[1];
      if (ASKING.has(operation[0])) yield [operation, filters];
    }
  }

  /** The operations without those that could not be answered. */
  answered(operations) {
    const failed = new Set();
    for (const [operation, filters] of this.asking(operations))
      if (!this.answer(operation, filters)) failed.add(operation);
    return operations.filter((operation) => !failed.has(operation));
  }

  /** Ask what operations bring, as far as it is not known; gives a list of what went wrong. */
  async ask(operations, present) {
    const wanted = new Map();
    for (const [operation, filters] of this.asking(operations))
      if (!this.answer(operation, filters)) wanted.set(key(operation, filters), [operation, filters]);
    const problems = [];
    const starts = [...wanted].filter(([, [[name]]]) => name === "start");
    const others = [...wanted].filter(([, [[name]]]) => name !== "start");
    const single = wanted.size === 1 ? present : [];
    const jobs = others.map(([at, [operation, given]]) => async () => {
      this.answers.set(at, await this[operation[0]](operation, given, single));
    });
    if (starts.length) jobs.unshift(() => this.start(starts));
    const work = async () => {
      for (let job = jobs.shift(); job; job = jobs.shift())
        await job().catch((error) => problems.push(error));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return problems;
  }

  async start(starts) {
    const ids = starts.map(([, [[, id]]]) => id);
    const found = await post("graph", { ids });
    this.learn(found);
    if (!this.complete.size) this.complete = new Set(found.nodes.map(({ id }) => id));
    const missing = [];
    for (const [at, [[, id]]] of starts) {
      if (this.nodes.has(id)) this.answers.set(at, { ids: [id], total: 1 });
      else missing.push(id);
    }
    if (missing.length) throw new Error(`This graph has no ${missing.slice(0, 3).join(", ")}.`);
  }

  async expand([, node, relation, direction, offset], filters, present) {
    const body = { node, offset, limit: PAGE, present, filters: apiFilters(parseFilters(filters)) };
    if (relation) Object.assign(body, { relation, direction });
    const { total, nodes, edges } = await post("expand", body);
    this.learn({ nodes, edges });
    const ids = nodes.map(({ id }) => id);
    if (present.length && !filters && present.length === this.complete.size)
      for (const id of ids) this.complete.add(id);
    return { ids, total };
  }

  async path([, source, target], filters) {
    const { paths } = await get("path", { source, target, ...flat(filters) });
    for (const path of paths) this.learn(path);
    const ends = paths.length ? [] : (await post("graph", { ids: [source, target] })).nodes;
    this.learn({ nodes: ends });
    const ids = paths.length
      ? paths.flatMap((path) => path.nodes.map(({ id }) => id))
      : ends.map(({ id }) => id);
    return { ids: [...new Set(ids)], total: ids.length, paths };
  }

  async sample([, limit], filters) {
    const found = await get("sample", { limit, ...flat(filters) });
    this.learn(found);
    const ids = found.nodes.map(({ id }) => id);
    if (!filters && !this.complete.size) this.complete = new Set(ids);
    return { ids, total: found.total_nodes };
  }

  /** Get to know all edges among some nodes, and which papers a reading list holds. */
  async fill(ids, list) {
    if (ids.some((id) => !this.complete.has(id))) {
      const all = [...new Set([...this.complete, ...ids])];
      this.learn(await post("graph", { ids: all }));
      this.complete = new Set(all);
    }
    if (list && !this.lists.has(list)) this.lists.set(list, await papersOf(list));
  }

  /** What a node can be expanded by: `[{relation, direction, total}]`. */
  relations(id, filters) {
    return get(`relations/${id}`, flat(filters));
  }
}

async function papersOf(list) {
  const ids = new Set();
  for (let total = 1; ids.size < total;) {
    const part = await get(`list/${list}`, { offset: ids.size, limit: 500 });
    if (!part.papers.length) break;
    for (const { id } of part.papers) ids.add(id);
    total = part.total;
  }
  return ids;
}

function key(operation, filters) {
  return JSON.stringify(operation[0] === "start" ? operation : [...operation, filters]);
}

/** Filters as parameters of a GET. */
export function flat(filters) {
  const given = Object.entries(apiFilters(parseFilters(filters)));
  return Object.fromEntries(
    given.map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]),
  );
}
