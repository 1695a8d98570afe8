// Papers by month, as bars; those that introduce the thing are marked. The same figures are there as a table.
import { element } from "../../shared/dom.js";
import { count, many } from "../../shared/text.js";

const SPACE = "http://www.w3.org/2000/svg";
const FEWEST = 12;

/** Every month from the first to the last, those without papers too. */
function months(entries) {
  const known = new Map(entries.map((entry) => [entry.month, entry]));
  const index = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
  const dated = entries.map(({ month }) => month).sort();
  const last = index(dated.at(-1));
  const first = Math.min(index(dated[0]), last - FEWEST + 1);
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const month = `${Math.floor((first + at) / 12)}-${String(((first + at) % 12) + 1).padStart(2, "0")}`;
    return known.get(month) ?? { month, papers: 0, introduces: 0 };
  });
}

/** A drawing of the papers by month, or nothing where none has a date. */
export function timeline(given, undated = 0) {
  const entries = given.filter(({ month }) => /^\d{4}-\d{2}$/.test(month));
  if (!entries.length) return null;
  const all = months(entries);
  const most = Math.max(...all.map(({ papers }) => papers));
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", `0 0 ${all.length} 100`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  const peak = all.find(({ papers }) => papers === most);
  svg.setAttribute(
    "aria-label",
    `Papers by month from ${all[0].month} to ${all.at(-1).month}; most in ${peak.month}: ${most}`,
  );
  for (const [at, { month, papers, introduces }] of all.entries()) {
    if (!papers) continue;
    const high = (number) => (100 * number) / most;
    const told = `${month}: ${count(papers, "paper")}${introduces ? `, ${introduces} introducing it` : ""}`;
    svg.append(bar(at, high(papers), "papers", told));
    if (introduces) svg.append(bar(at, high(introduces), "introduces", told));
  }
  const years = element("div", { className: "years", "aria-hidden": "true" });
  const starts = all
    .map(({ month }, at) => [month, at])
    .filter(([month, at]) => month.endsWith("-01") || at === 0);
  const step = Math.ceil(starts.length / 6);
  for (const [month, at] of starts.filter((_, number) => number % step === 0)) {
    if (at === 0 && starts[1] && (starts[1][1] - at) / all.length < 0.12) continue;
    const label = element("span", {}, month.slice(0, 4));
    label.style.left = `${(100 * at) / all.length}%`;
    years.append(label);
  }
  return element(
    "figure",
    { className: "timeline" },
    element("p", { className: "note most", "aria-hidden": "true" }, many(most)),
    svg,
    years,
    all.some(({ introduces }) => introduces)
      ? element("figcaption", { className: "note" }, element("span", { className: "key" }), "introducing it")
      : null,
    undated ? element("p", { className: "note" }, `${count(undated, "more paper")} without a month.`) : null,
    table(entries),
  );
}

function bar(at, high, className, told) {
  const rect = document.createElementNS(SPACE, "rect");
  rect.setAttribute("class", className);
  for (const [name, value] of [
    ["x", at + 0.1],
    ["y", 100 - high],
    ["width", 0.8],
    ["height", high],
  ])
    rect.setAttribute(name, value);
  const title = document.createElementNS(SPACE, "title");
  title.textContent = told;
  rect.append(title);
  return rect;
}

function table(entries) {
  const rows = [...entries].sort((one, other) => other.month.localeCompare(one.month));
  return element(
    "details",
    {},
    element("summary", { className: "note" }, "As a table"),
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...["Month", "Papers", "Introducing"].map((name) => element("th", { scope: "col" }, name)),
        ),
      ),
      element(
        "tbody",
        {},
        ...rows.map(({ month, papers, introduces }) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, month),
            element("td", {}, String(papers)),
            element("td", {}, String(introduces)),
          ),
        ),
      ),
    ),
  );
}
