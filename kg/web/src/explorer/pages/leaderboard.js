// The results on one benchmark, a table for each metric; any column sorts, and the whole can be taken along as CSV.
import { element } from "../../shared/dom.js";
import { nodeName } from "../../shared/panel.js";
import { count, score } from "../../shared/text.js";
import { address, get, toNode } from "../api.js";
import { cell, framed, head, save, section, sentence } from "./parts.js";

const text = (node) => node?.label ?? "";
const kind = (row) => (row.kind === "improvement" ? "gain" : "score");
// What a column is called, what it sorts by, and what it shows.
const COLUMNS = [
  ["Subject", (row) => text(row.subject), (row, actions) => cell(row.subject, actions)],
  [
    "Value",
    (row) => Number(row.value),
    (row) => element("span", { className: "score" }, score({ ...row, unit: "" })),
  ],
  ["Unit", (row) => row.unit, (row) => row.unit],
  ["Kind", (row) => kind(row) + text(row.baseline), told],
  ["Paper", (row) => text(row.paper), (row, actions) => nodeName(toNode(row.paper), actions)],
  ["Date", (row) => row.paper.issued ?? "", (row) => row.paper.issued ?? ""],
  ["Sentence", (row) => row.quote.text, (row) => sentence(row.quote)],
];

/** A score, or a gain and what it is over. */
function told(row, actions) {
  const tag = element("span", { className: `tag ${row.kind}` }, kind(row));
  return row.baseline ? [tag, " over ", nodeName(toNode(row.baseline), actions)] : tag;
}

/** The badge that goes with every table of results, and what it means. */
export function asAbstractsSay(order = "") {
  return element(
    "details",
    { className: "badge" },
    element("summary", {}, "As the abstracts say"),
    element(
      "p",
      {},
      "Each row is what the authors of the paper write in its abstract, and nobody has run it again. Abstracts name their best figures, " +
        "under settings that differ from paper to paper, so that rows are not a ranking under equal conditions. " +
        "A score is a value reached; a gain is a difference to something else, and is not ranked among scores.",
    ),
    order && element("p", {}, order),
  );
}

export async function open(place, url, app) {
  const slug = url.pathname.slice("/leaderboard/".length);
  const { node, metrics, rows, order } = await get(`leaderboard/${slug}`);
  place.append(
    head(
      node.type,
      `Leaderboard: ${node.label}`,
      element(
        "p",
        { className: "note" },
        `${count(rows.length, "result")} by ${count(metrics.length, "metric")}`,
      ),
      asAbstractsSay(order),
      element(
        "p",
        { className: "actions" },
        element("a", { className: "more", href: address(node) }, `About ${node.label}`),
        element(
          "button",
          {
            type: "button",
            className: "more",
            onclick: () => save(`${slug}.csv`, csv(node, rows), "text/csv"),
          },
          "Download as CSV",
        ),
        element("a", { className: "more", href: `/query?name=leaderboard&benchmark=${slug}` }, "As a query"),
      ),
    ),
    ...metrics.map(({ node: metric, results }) => {
      const name = metric?.label ?? "Metric not named";
      const of = rows.filter((row) => (row.metric?.id ?? null) === (metric?.id ?? null));
      return section(`${name} (${results})`, framed(sortable(of, app), name));
    }),
  );
  return { title: `Leaderboard: ${node.label}` };
}

function sortable(rows, app) {
  const columns = COLUMNS.filter(([name]) => name !== "Unit" || rows.some(({ unit }) => unit));
  const body = element("tbody");
  const heads = columns.map(([name, key]) => {
    const head = element("th", { scope: "col", className: name.toLowerCase() });
    head.append(element("button", { type: "button", onclick: () => sort(head, key, name) }, name));
    return head;
  });
  const draw = (sorted) =>
    body.replaceChildren(
      ...sorted.map((row) =>
        element(
          "tr",
          {},
          ...columns.map(([name, , show]) =>
            element("td", { className: name.toLowerCase() }, show(row, app.actions)),
          ),
        ),
      ),
    );

  function sort(head, key, name) {
    // Values begin with the highest, the rest with A; a second click turns them round.
    const before = head.getAttribute("aria-sort");
    const up = before ? before === "descending" : name !== "Value";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const compare = (one, other) =>
      typeof key(one) === "number"
        ? key(one) - key(other)
        : key(one).localeCompare(key(other), "en", { numeric: true });
    draw([...rows].sort((one, other) => (up ? 1 : -1) * compare(one, other)));
    app.say(`Sorted by ${name.toLowerCase()}, ${up ? "ascending" : "descending"}`);
  }

  draw(rows);
  return element(
    "table",
    { className: "results sortable" },
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );
}

function csv(node, rows) {
  const names = [
    "benchmark",
    "metric",
    "subject",
    "value",
    "unit",
    "kind",
    "baseline",
    "paper",
    "date",
    "sentence",
  ];
  const records = rows.map((row) => [
    node.label,
    text(row.metric),
    text(row.subject),
    row.value,
    row.unit,
    kind(row),
    text(row.baseline),
    row.paper.label,
    row.paper.issued ?? "",
    row.quote.text,
  ]);
  const quoted = (field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
  return [names, ...records]
    .map((record) => `${record.map((field) => quoted(String(field ?? ""))).join(",")}\r\n`)
    .join("");
}
