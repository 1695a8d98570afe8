// The panel beside the canvas: what is chosen, with its sentences and what can be done with it.
import { element } from "../../shared/dom.js";
import { RELATIONS, TYPES } from "../../shared/kinds.js";
import { claim, groupHeading, nodeRow, showLink, showNode, showOverview } from "../../shared/panel.js";
import { capital, count, many, score } from "../../shared/text.js";
import { get, toClaim, toNode } from "../api.js";
import { actions as actionsOf, button, expandAll, expansions } from "./menu.js";

const ROLES = ["subject", "benchmark", "metric", "baseline"];

function toResult(result, self) {
  const { paper, quote } = result;
  const roles = ROLES.filter((role) => result[role]).map((role) => ({
    role,
    label: result[role].label,
    node: toNode(result[role]),
  }));
  return {
    roles,
    score: score(result),
    kind: result.kind,
    paper: paper.id === self ? null : toNode(paper),
    quote,
  };
}

function describe(detail, actionBar) {
  const { node, groups, results = [], results_total: resultsTotal = 0 } = detail;
  const lists = (detail.lists ?? []).map(({ title }) => title).join(" · ");
  const papers = node.papers === undefined ? "" : count(node.papers, "paper");
  return {
    node: toNode(node),
    aliases: detail.aliases ?? [],
    facts: [detail.authors, detail.issued, lists, papers].filter(Boolean),
    links: detail.links ?? [],
    extra: [actionBar],
    groups: groups.map(({ relation, direction, total, claims }) => ({
      heading: groupHeading(RELATIONS.get(relation), direction, total),
      total,
      claims: claims.map(toClaim),
      more: async (offset) =>
        (await get(`claims/${node.id}`, { relation, direction, offset, limit: 20 })).claims.map(toClaim),
    })),
    results: results.map((result) => toResult(result, node.id)),
    resultsTotal,
    moreResults: async (offset) =>
      (await get(`results/${node.id}`, { offset, limit: 20 })).results.map((result) =>
        toResult(result, node.id),
      ),
  };
}

/** Everything that can be done with a node, as buttons. */
function actionBar(desk, id) {
  const bar = element("div", { className: "actions", role: "group", "aria-label": "What to do with it" });
  const rest = actionsOf(desk, id).map(button);
  if (!desk.state.nodes.has(id)) bar.append(...rest);
  else {
    const more = element("details", { className: "expand" }, element("summary", {}, "Expand by relation"));
    more.addEventListener("toggle", async () => {
      if (!more.open || more.children.length > 1) return;
      const list = await expansions(desk, id).catch((error) => [{ name: error.message, disabled: true }]);
      more.append(...list.map(button));
    });
    bar.append(button(expandAll(desk, id)), ...rest, more);
  }
  return bar;
}

export class Details {
  constructor(panel, desk) {
    this.panel = panel;
    this.desk = desk;
    this.links = {
      open: (node) => desk.choose([node.id], true),
      close: () => desk.choose([], true),
      href: (node) => `/${node.id}`,
    };
  }

  /** Show what is chosen; `focus` moves the keyboard's focus to its heading. */
  async show(chosen, { focus = false } = {}) {
    const { desk } = this;
    this.asked?.abort();
    this.asked = new AbortController();
    const { signal } = this.asked;
    try {
      const path = desk.chosenPath();
      if (path) this.showPath(chosen, path);
      else if (chosen.length === 1) {
        this.showFirst(chosen[0], focus);
        const detail = await get(`node/${chosen[0]}`, {}, { signal });
        desk.learn(detail.node);
        const bar = this.panel.querySelector(".actions") ?? actionBar(desk, chosen[0]);
        const focused = bar.contains(document.activeElement) ? document.activeElement : null;
        showNode(this.panel, describe(detail, bar), this.links);
        focused?.focus({ preventScroll: true });
        desk.say(`${detail.node.type}: ${detail.node.label}, ${count(detail.node.degree, "neighbour")}`);
      } else if (chosen.length === 2) {
        const [source, target] = chosen;
        this.showEvidence(await get("evidence", { source, target }, { signal }));
      } else this.showCanvas();
    } catch (error) {
      if (error.name === "AbortError") return;
      this.panel.replaceChildren(element("p", { className: "problem", role: "alert" }, error.message));
    }
    this.panel.scrollTop = 0;
    if (focus) this.panel.querySelector("h2")?.focus({ preventScroll: true });
  }

  /** What is known of a node without asking: its name, and what can be done with it. */
  showFirst(id) {
    const node = this.desk.find(id);
    if (!node) return;
    const wait = element("p", { className: "note" }, "Looking up what the papers say…");
    const known = { node, groups: [] };
    showNode(
      this.panel,
      { ...describe(known, actionBar(this.desk, id)), extra: [actionBar(this.desk, id), wait] },
      this.links,
    );
  }

  showEvidence({ source, target, claims }) {
    const named = claims.map(toClaim).map((one) => ({
      ...one,
      name: capital(one.direction === "in" ? one.relation.inverse : one.relation.name),
    }));
    const why = element(
      "div",
      { className: "actions" },
      button({ name: "Other ways between them", run: () => this.desk.run(["path", source.id, target.id]) }),
    );
    showLink(this.panel, { from: toNode(source), to: toNode(target), claims: named }, this.links);
    this.panel.append(why);
    this.desk.say(`${source.label} and ${target.label}: ${count(claims.length, "link")}`);
  }

  /** Why two nodes are connected: each way between them, step by step, with the sentences. */
  showPath([source, target], paths) {
    const { desk, links } = this;
    const [from, to] = [source, target].map((id) => desk.find(id)).map((node) => node && toNode(node));
    const children = [
      element(
        "p",
        { className: "kind note" },
        "Path",
        element("button", { type: "button", className: "more close", onclick: links.close }, "Close"),
      ),
      element("h2", { tabIndex: -1 }, paths.length ? "Why these are connected" : "No way between these"),
      from && nodeRow(from, links),
      to && nodeRow(to, links),
    ];
    if (!paths.length) {
      const filtered = desk.state.filters ? " that the filters leave" : "";
      children.push(element("p", {}, `No chain of claims${filtered} links the two.`));
    }
    for (const [number, { nodes, claims }] of paths.entries()) {
      const steps = count(claims.length, "step");
      children.push(element("h3", {}, paths.length > 1 ? `Way ${number + 1}, ${steps}` : capital(steps)));
      const list = element("ol", { className: "steps" });
      for (const [at, evidence] of claims.entries()) {
        const said = evidence.map(toClaim).map((one) => {
          const { relation, direction } = one;
          const name = element(
            "p",
            { className: "relation" },
            direction === "in" ? relation.inverse : relation.name,
          );
          return element("div", {}, name, claim({ ...one, node: toNode(nodes[at + 1]) }, links));
        });
        list.append(element("li", {}, nodeRow(toNode(nodes[at]), links), ...said));
      }
      children.push(list);
    }
    this.panel.replaceChildren(...children.filter(Boolean));
    desk.say(paths.length ? `${count(paths.length, "way")} between the two` : "No way between the two");
  }

  showCanvas() {
    const { desk } = this;
    const { shown } = desk;
    const nodes = shown.ids.map((id) => desk.find(id)).map(toNode);
    const degrees = new Map();
    for (const { source, target } of shown.lines)
      for (const id of [source, target]) degrees.set(id, (degrees.get(id) ?? 0) + 1);
    const groups = [...TYPES.values()].map((type) => ({
      heading: `Best linked ${type.plural.toLowerCase()} here`,
      nodes: nodes
        .filter((node) => node.type === type)
        .toSorted((one, other) => (degrees.get(other.id) ?? 0) - (degrees.get(one.id) ?? 0))
        .slice(0, 5)
        .map((node) => ({ node, note: many(degrees.get(node.id) ?? 0) })),
    }));
    const title = nodes.length ? "On the canvas" : "Nothing on the canvas yet";
    const summary = nodes.length
      ? [
          `${count(nodes.length, "node")} and ${count(shown.lines.length, "line")}.`,
          "Click a node or a line for its sentences; double-click a node to bring its neighbours; drag to pin it.",
        ]
      : ["Search for a paper or a name, or begin with the most connected part of the graph."];
    showOverview(
      this.panel,
      { title, summary, groups: groups.filter((group) => group.nodes.length) },
      this.links,
    );
  }
}
