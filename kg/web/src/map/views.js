// What stands beside the picture: matrix, gaps, timelines, leaderboards, results that differ, support.
import { element } from "../shared/dom.js";
import {
  claim as claimBody,
  longList,
  nodeName,
  nodeRow,
  quote,
  result as resultBody,
  swatch,
} from "../shared/panel.js";
import { capital, count, many } from "../shared/text.js";
import { between, telling } from "./data.js";
import { grid, sentences } from "./grid.js";

const LETTERS = {
  introduces: "I",
  trainsOn: "T",
  evaluatesOn: "E",
  comparesWith: "C",
  uses: "U",
  addresses: "A",
  measures: "M",
  mentions: "·",
};
const ROWS = 150;
const STATES = ["stated", "not seen in this collection", "not possible by type"];
const SIGNS = ["●", "○", "–"];

const empty = (text) => element("p", { className: "note" }, text);

/** A labelled choice; `options` are pairs of value and text. */
function select(label, options, onchange) {
  const made = element("select", {}, ...options.map(([value, text]) => element("option", { value }, text)));
  made.addEventListener("change", () => onchange(made.value));
  return element("label", {}, label, " ", made);
}

/** The sentences of some claims, each once with all that is marked in it. */
function saying(claims) {
  const by = new Map();
  for (const { text, marks } of claims.flatMap(({ quotes }) => quotes)) {
    const known = by.get(text) ?? [];
    by.set(text, [...known, ...marks]);
  }
  return [...by].map(([text, marks]) => ({ text, marks: marks.sort((one, other) => one[0] - other[0]) }));
}

/** Papers against entities. */
export function matrixView({ map, state, isShown, hint, actions, show }) {
  const types = [...new Set(map.matrix.columns.map(({ type }) => type))];
  const holder = element("div");
  const draw = (wanted) => {
    const columns = map.matrix.columns.filter(({ type }) => !wanted || type.id === wanted);
    const cells = (paper, entity) =>
      telling(
        between(paper, entity).filter(
          ({ relation, confidence }) => map.matrix.relations.has(relation) && confidence >= state.least,
        ),
      );
    const filled = map.matrix.rows.filter(
      (paper) => isShown(paper) && columns.some((entity) => cells(paper, entity).length),
    );
    const rows = filled.slice(0, ROWS);
    if (!rows.length || !columns.length) {
      holder.replaceChildren(empty("Nothing to compare with these filters."));
      return;
    }
    const table = grid({
      label: "Papers and the entities that they share or that tell them apart",
      corner: "Paper",
      rows: rows.map((paper) => nodeName({ ...paper, title: paper.label, whole: paper }, actions)),
      columns: columns.map((entity) => nodeName(entity, actions)),
      cell: (row, column) => {
        const [paper, entity] = [rows[row], columns[column]];
        const claims = cells(paper, entity);
        if (!claims.length) return null;
        const words = claims.map(({ relation }) => relation.name).join(", ");
        const button = element(
          "button",
          {
            type: "button",
            className: `cell ${entity.type.id}`,
            "aria-label": `${paper.label} ${words} ${entity.title}`,
            onclick: () => show.cell(paper, entity),
          },
          claims.map(({ relation }) => LETTERS[relation.id]).join(""),
        );
        return hint.tie(button, () => sentences(`${words} ${entity.title}`, saying(claims)));
      },
    });
    const left = [
      filled.length > rows.length
        ? `${many(filled.length - rows.length)} more papers: narrow the filters.`
        : "",
      map.matrix.omitted
        ? `${count(map.matrix.omitted, "entity", "entities")} left out: of one paper, or telling least.`
        : "",
    ].filter(Boolean);
    const used = [...map.matrix.relations].filter(({ id }) => LETTERS[id]);
    holder.replaceChildren(
      element("p", { className: "note" }, used.map(({ id, name }) => `${LETTERS[id]} ${name}`).join(", ")),
      table,
      ...left.map(empty),
    );
  };
  draw("");
  return [
    select("Compare by", [["", "everything"], ...types.map((type) => [type.id, type.plural])], draw),
    holder,
  ];
}

/** Methods and models against benchmarks or tasks. */
export function gapsView({ map, hint, actions, show }) {
  const holder = element("div");
  const draw = (index) => {
    const table = map.gaps[index];
    const by = new Map(table.gaps.map((gap) => [`${gap.row.id} ${gap.column.id}`, gap]));
    const suggested = table.gaps.filter(({ state, score }) => state === 1 && score > 0);
    const most = suggested[0]?.score ?? 1;
    const cells = grid({
      label: `Methods and models against ${table.kind === "Task" ? "tasks" : "benchmarks"}`,
      corner: "Method or model",
      rows: table.rows.map((entity) => nodeName(entity, actions)),
      columns: table.columns.map((entity) => nodeName(entity, actions)),
      cell: (row, column) => {
        const gap = by.get(`${table.rows[row].id} ${table.columns[column].id}`);
        if (!gap || (gap.state === 1 && !gap.score)) return null;
        const button = element(
          "button",
          {
            type: "button",
            className: `cell gap${gap.state}`,
            "aria-label": `${gap.row.title} with ${gap.column.title}: ${STATES[gap.state]}`,
            onclick: () => show.gap(gap),
          },
          SIGNS[gap.state],
        );
        if (gap.state === 1) button.style.opacity = String(0.35 + (0.65 * gap.score) / most);
        return hint.tie(button, () => gapHint(gap));
      },
    });
    holder.replaceChildren(
      empty(
        "● stated · ○ not seen in this collection, the stronger the more its neighbours suggest it · – not possible by type. Not seen here is not untried.",
      ),
      cells,
      element("h3", {}, `Most suggested (${many(suggested.length)})`),
      longList(suggested, (gap) =>
        element(
          "button",
          { type: "button", className: "node", onclick: () => show.gap(gap) },
          `${gap.row.title} with ${gap.column.title}`,
        ),
      ),
    );
  };
  const kinds = map.gaps.map(({ kind, gaps }, index) => [
    index,
    gaps.length ? capital(`${kind.toLowerCase()}s`) : "",
  ]);
  const some = kinds.filter(([, name]) => name);
  if (!some.length) return [empty("No methods or models to combine.")];
  draw(some[0][0]);
  return [select("Methods and models with", some, (index) => draw(Number(index))), holder];
}

function gapHint(gap) {
  const title = `${gap.row.title} with ${gap.column.title}: ${STATES[gap.state]}`;
  if (gap.state === 0) {
    const said = gap.papers.flatMap((paper) => [...between(paper, gap.row), ...between(paper, gap.column)]);
    return sentences(title, saying(said));
  }
  const why = gap.suggested.map(({ entity, paper }) => `${paper.label} has it with ${entity.title}`);
  return sentences(why.length ? `${title}; ${why.slice(0, 3).join("; ")}` : title, []);
}

/** What became of methods, models and benchmarks. */
export function timelinesView({ map, actions }) {
  if (!map.timelines.length) return [empty("No method, model or benchmark is named in more than one paper.")];
  const holder = element("div");
  const draw = (index) => {
    const { entity, origin, months, events } = map.timelines[index];
    const most = Math.max(...months.map(([, papers]) => papers));
    const bars = months.map(([month, papers]) => {
      const bar = element("div", { className: "bar-of", title: `${month}: ${count(papers, "paper")}` });
      bar.style.height = `${4 + (60 * papers) / most}px`;
      return element(
        "li",
        {},
        bar,
        element("span", {}, month),
        element("span", { className: "unseen" }, count(papers, "paper")),
      );
    });
    holder.replaceChildren(
      nodeRow(entity, actions, origin),
      element("ol", { className: "bars", "aria-label": "Papers by month" }, ...bars),
      longList(events, ({ month, kind, claim, other }) =>
        element(
          "div",
          {},
          element(
            "p",
            { className: "event" },
            element("time", {}, month),
            ` ${kind}`,
            ...(other ? [" ", nodeName(other, actions)] : []),
          ),
          claimBody({ ...claim, node: claim.paper }, actions),
          ...(other ? saying(between(claim.paper, other)).slice(0, 1).map(quote) : []),
        ),
      ),
    );
  };
  draw(0);
  const options = map.timelines.map(({ entity }, index) => [index, entity.title]);
  return [select("Of", options, (index) => draw(Number(index))), holder];
}

/** The results on each benchmark. */
export function boardsView({ map, isShown, hint, actions }) {
  const boards = map.boards
    .map((board) => ({ ...board, results: board.results.filter(({ paper }) => isShown(paper)) }))
    .filter(({ results }) => results.length);
  if (!boards.length) return [empty("No results on a benchmark.")];
  return [
    longList(boards, ({ benchmark, metric, lower, results }) =>
      element(
        "section",
        {},
        element(
          "h3",
          {},
          nodeName(benchmark, actions),
          ...(metric ? [" · ", nodeName(metric, actions)] : []),
        ),
        element("p", { className: "note" }, `${lower ? "Lower" : "Higher"} is better; gains last`),
        element(
          "div",
          { className: "scroller" },
          element(
            "table",
            { className: "rows" },
            element(
              "thead",
              {},
              element(
                "tr",
                {},
                ...["Result", "What", "Paper", "Over"].map((name) => element("th", { scope: "col" }, name)),
              ),
            ),
            element("tbody", {}, ...results.map((result) => boardRow(result, hint, actions))),
          ),
        ),
      ),
    ),
  ];
}

function boardRow(result, hint, actions) {
  const role = (name) => result.roles.find((one) => one.role === name)?.node;
  const named = (node) => (node ? nodeName(node, actions) : "");
  const gain = result.kind === "improvement" ? " gain" : "";
  const value = element(
    "button",
    { type: "button", className: "score node", onclick: () => actions.result(result) },
    `${result.score}${gain}`,
  );
  hint.tie(value, () => sentences(result.paper.title, [result.quote]));
  return element(
    "tr",
    {},
    element("td", {}, value),
    element("td", {}, named(role("Subject"))),
    element("td", {}, nodeName({ ...result.paper, title: result.paper.label, whole: result.paper }, actions)),
    element("td", {}, named(role("Baseline"))),
  );
}

/** Pairs of results that differ. */
export function differencesView({ map, isShown, actions }) {
  const pairs = map.contradictions
    .filter(({ one, other }) => isShown(one.paper) && isShown(other.paper))
    .sort((one, other) => (one.one.paper === one.other.paper) - (other.one.paper === other.other.paper));
  if (!pairs.length) return [empty("No two results for the same model, benchmark and metric differ.")];
  return [
    empty(
      "Candidates to look at: the same model, benchmark and metric with different values, those of two papers first. Settings may differ.",
    ),
    longList(pairs, ({ one, other }) =>
      element("div", { className: "pair" }, resultBody(one, actions), resultBody(other, actions)),
    ),
  ];
}

/** What several papers say, and how many groups of authors. */
export function supportView({ map, show }) {
  if (!map.supports.length) return [empty("Nothing is said by more than one paper.")];
  return [
    empty(
      "How many papers say the same of an entity, and in how many groups of which no two share an author.",
    ),
    longList(map.supports, (support) =>
      element(
        "div",
        { className: "row" },
        swatch(support.entity.type),
        element(
          "button",
          { type: "button", className: "node", onclick: () => show.support(support) },
          `${support.relation.name} ${support.entity.title}`,
        ),
        element(
          "span",
          { className: "note" },
          `${count(support.papers, "paper")}, ${count(support.groups, "group")}`,
        ),
      ),
    ),
  ];
}

/** The sentences of a list of claims, each with its paper or entity. */
export function claimList(claims, end, actions) {
  return longList(claims, (one) => claimBody({ ...one, node: one[end] }, actions));
}
