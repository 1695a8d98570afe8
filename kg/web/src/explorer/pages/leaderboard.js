// The results on one benchmark, a table for each metric; any column sorts, and the whole can be taken along as CSV.
import { element } from "../../shared/dom.js";
import { nodeName } from "../../shared/panel.js";
import { count } from "../../shared/text.js";
import { address, get, toNode } from "../api.js";
import { cell, framed, head, save, section, sentence, value } from "./parts.js";

const text = (node) => node?.label ?? "";
// What a column is called, what it sorts and saves by.
const COLUMNS = [
  ["Subject", (row) => text(row.subject)],
  ["Value", (row) => Number(row.value)],
  ["Unit", (row) => row.unit],
  ["Kind", (row) => kind(row)],
  ["Paper", (row) => text(row.paper)],
  ["Date", (row) => row.paper.issued ?? ""],
  ["Sentence", (row) => row.quote.text],
];
const kind = (row) => (row.kind === "improvement" ? "gain" : "score");

/** The badge that goes with every table of results, and what it means. */
export function asAbstractsSay() {
  return element(
    "details",
    { className: "badge" },
    element("summary", {}, "As the abstracts say"),
    element(
      "p",
      {},
      "Each row is what the authors of the paper write in its abstract, and nobody has run it again. Abstracts name their best figures, " +
        "under settings that differ from paper to paper, so that rows are not a ranking under equal conditions. " +
        "A score is a value reached; a gain is the difference to a baseline, and is never ranked among scores.",
    ),
  );
}

export async function open(place, url, app) {
  const slug = url.pathname.slice("/leaderboard/".length);
  const { node, metrics, rows } = await get(`leaderboard/${slug}`);
  place.append(
    head(
      node.type,
      `Leaderboard: ${node.label}`,
      element("p", { className: "note" }, `${count(rows.length, "result")} by ${count(metrics.length, "metric")}`),
      asAbstractsSay(),
      element(
        "p",
        { className: "actions" },
        element("a", { className: "more", href: address(node) }, `About ${node.label}`),
        element("button", { type: "button", className: "more", onclick: () => save(`${slug}.csv`, csv(node, rows), "text/csv") }, "Download as CSV"),
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
  const body = element("tbody");
  const heads = COLUMNS.map(([name, key]) => {
    const head = element("th", { scope: "col" });
    head.append(element("button", { type: "button", onclick: () => sort(head, key, name) }, name));
    return head;
  });
  const draw = (sorted) => body.replaceChildren(...sorted.map((row) => line(row, app)));

  function sort(head, key, name) {
    const falling = head.getAttribute("aria-sort") === "ascending" || (head.ariaSort === null && name === "Value");
    const turn = head.getAttribute("aria-sort") === "descending" ? 1 : falling ? -1 : 1;
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", turn > 0 ? "ascending" : "descending");
    const compare = (one, other) =>
      typeof key(one) === "number" ? key(one) - key(other) : String(key(one)).localeCompare(String(key(other)), "en", { numeric: true });
    draw([...rows].sort((one, other) => turn * compare(one, other)));
    app.say(`Sorted by ${name.toLowerCase()}, ${turn > 0 ? "ascending" : "descending"}`);
  }

  draw(rows);
  return element("table", { className: "results sortable" }, element("thead", {}, element("tr", {}, ...heads)), body);
}

function line(row, { actions }) {
  return element(
    "tr",
    {},
    element("td", {}, cell(row.subject, actions)),
    element("td", { className: "number" }, value({ ...row, unit: "" }, actions)),
    element("td", {}, row.unit),
    element("td", {}, element("span", { className: `tag` }, kind(row))),
    element("td", {}, nodeName(toNode(row.paper), actions)),
    element("td", { className: "date" }, row.paper.issued ?? ""),
    element("td", { className: "said" }, sentence(row.quote)),
  );
}

function csv(node, rows) {
  const names = ["benchmark", "metric", "subject", "value", "unit", "kind", "baseline", "paper", "date", "sentence"];
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
  return [names, ...records].map((record) => `${record.map((field) => quoted(String(field ?? ""))).join(",")}\r\n`).join("");
}
