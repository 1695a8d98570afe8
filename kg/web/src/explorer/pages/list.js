// A reading list and its papers.
import { element } from "../../shared/dom.js";
import { longList, nodeRow } from "../../shared/panel.js";
import { count } from "../../shared/text.js";
import { get, toNode } from "../api.js";

const PAGE = 50;

export async function open(place, url, app) {
  const id = url.pathname.slice(1);
  const list = await get(id, { offset: 0, limit: PAGE });
  place.append(
    element(
      "div",
      { className: "head" },
      element("p", { className: "kind note" }, "Reading list"),
      element("h1", { dir: "auto", tabIndex: -1 }, list.title),
      element(
        "p",
        { className: "note" },
        [count(list.total, "paper"), list.source && `from ${list.source}`].filter(Boolean).join(", "),
      ),
      element(
        "p",
        { className: "actions" },
        element(
          "a",
          { className: "more", href: `/network?list=${id.slice("list/".length)}` },
          "Show in the network",
        ),
      ),
    ),
    longList(list.papers, (paper) => nodeRow(toNode(paper), app.actions, paper.issued ?? ""), {
      total: list.total,
      step: PAGE,
      more: async (offset) => (await get(id, { offset, limit: PAGE })).papers,
    }),
  );
  return { title: list.title };
}
