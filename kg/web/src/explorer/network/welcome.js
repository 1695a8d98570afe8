// What an empty canvas offers: the search is above it; here are the best known nodes, and the most connected part.
import { element } from "../../shared/dom.js";
import { TYPES } from "../../shared/kinds.js";
import { nodeRow } from "../../shared/panel.js";
import { many } from "../../shared/text.js";
import { toNode } from "../api.js";

const SIZES = [200, 1000, 5000];

export function welcome({ counts, top, latest }, { start, sample }) {
  const total = counts.papers + counts.entities;
  const sizes = SIZES.filter((size, at) => !at || SIZES[at - 1] < total);
  const row = (node) =>
    nodeRow(
      toNode(node),
      { open: () => start(node.id), href: ({ id }) => `/network?start=${encodeURIComponent(id)}` },
      many(node.degree),
      "Neighbours",
    );
  const column = (heading, nodes) =>
    nodes?.length
      ? element(
          "section",
          {},
          element("h3", {}, heading),
          ...nodes.slice(0, 5).map((node) => element("div", {}, row(node))),
        )
      : null;
  return element(
    "div",
    { className: "welcome" },
    element("h2", {}, "Begin anywhere"),
    element(
      "p",
      {},
      "Search above for a paper, a name or an alias, take one of these, or see the most connected part.",
    ),
    element(
      "p",
      { className: "sizes" },
      ...sizes.map((size) =>
        element(
          "button",
          { type: "button", className: "more", onclick: () => sample(size) },
          size >= total ? `All ${many(total)} nodes` : `${many(size)} nodes`,
        ),
      ),
    ),
    element(
      "div",
      { className: "tops" },
      ...[...TYPES.values()]
        .filter(({ id }) => id !== "Paper")
        .map((type) => column(type.plural, top[type.id])),
      column("Latest papers", latest),
    ),
  );
}
