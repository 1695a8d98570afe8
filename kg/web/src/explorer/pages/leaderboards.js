// What papers report results on: the benchmarks and datasets that have a leaderboard.
import { element } from "../../shared/dom.js";
import { longList, swatch } from "../../shared/panel.js";
import { count } from "../../shared/text.js";
import { get, toNode } from "../api.js";
import { asAbstractsSay } from "./leaderboard.js";

const PAGE = 40;
const METRICS = 6;

export async function open(place, _url, app) {
  const { total, boards } = await get("leaderboards", { offset: 0, limit: PAGE });
  place.append(
    element(
      "div",
      { className: "head" },
      element("h1", { tabIndex: -1 }, "Leaderboards"),
      element(
        "p",
        { className: "note" },
        `${count(total, "benchmark or dataset", "benchmarks and datasets")} that abstracts report results on.`,
      ),
      asAbstractsSay(),
    ),
    longList(boards, row, {
      total,
      step: PAGE,
      more: async (offset) => (await get("leaderboards", { offset, limit: PAGE })).boards,
    }),
  );

  function row({ node, results, metrics }) {
    const href = `/${node.id.replace(/^entity/, "leaderboard")}`;
    return element(
      "div",
      { className: "row board" },
      swatch(toNode(node).type),
      element("a", { href, className: "node", dir: "auto" }, node.label),
      element("span", { className: "note metrics" }, named(metrics)),
      element("span", { className: "note" }, count(results, "result")),
    );
  }
  return { title: "Leaderboards" };
}

function named(metrics) {
  const names = metrics.slice(0, METRICS).map(({ label }) => label);
  if (metrics.length > METRICS) names.push(`${metrics.length - METRICS} more`);
  return names.join(", ");
}
