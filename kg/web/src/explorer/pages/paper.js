// A paper: its facts, its abstract with what it names marked, its claims by relation, its results, and related papers.
import { element, outwardLink } from "../../shared/dom.js";
import { RELATIONS } from "../../shared/kinds.js";
import { longList, nodeName, nodeRow } from "../../shared/panel.js";
import { get, toNode } from "../api.js";
import { legend, mentioned } from "./abstract.js";
import { data } from "./entity.js";
import { FEW, claimGroups, groupLinks, head, networkLink, section } from "./parts.js";
import { resultTable } from "./results.js";

const SHARED = 5;

export async function open(place, url, app) {
  const id = url.pathname.slice(1);
  const [shown, base] = await Promise.all([get(`node/${id}`), app.base()]);
  const { node, abstract, groups, related } = shown;
  const { actions } = app;
  place.append(
    head(
      "Paper",
      mentioned(node.label, shown.title_mentions, actions),
      element("p", { dir: "auto" }, Array.isArray(shown.authors) ? shown.authors.join(", ") : shown.authors),
      element(
        "p",
        { className: "links" },
        shown.issued && element("span", {}, shown.issued),
        ...shown.links.map(([text, href]) => outwardLink(text, href)),
      ),
      shown.lists.length
        ? element(
            "p",
            { className: "note" },
            "In ",
            ...shown.lists.flatMap((list, at) => [
              at ? ", " : "",
              element("a", { href: `/${list.id}` }, list.title),
            ]),
          )
        : null,
      element(
        "p",
        { className: "actions" },
        networkLink(id),
      ),
      groupLinks(groups, shown.results_total),
    ),
    element(
      "div",
      { className: "columns" },
      element(
        "div",
        {},
        abstract?.text
          ? section(
              "Abstract",
              element(
                "p",
                { className: "abstract", dir: "auto" },
                ...mentioned(abstract.text, abstract.mentions, actions),
              ),
              legend([...shown.title_mentions, ...abstract.mentions]),
            )
          : null,
        resultTable(id, shown.results, shown.results_total, actions),
        ...claimGroups(id, groups, actions),
      ),
      element(
        "aside",
        { "aria-label": "About" },
        ...shown.notes.map(({ heading, text }) =>
          section(heading, element("p", { className: "written", dir: "auto" }, text)),
        ),
        section(
          "Related papers",
          related.length &&
            longList(related, (entry) => relation(entry, id, actions), {
              total: shown.related_total,
              step: FEW,
              more: async (offset) => (await get(`related/${id}`, { offset, limit: 20 })).related,
            }),
        ),
        data(id, base, app),
      ),
    ),
  );
  return { title: node.label };
}

/** A related paper, and why: what both name, and what each does with it. */
function relation({ node, shared }, from, actions) {
  const path = `/network?from=${encodeURIComponent(from)}&to=${encodeURIComponent(node.id)}`;
  const kinds = new Map();
  for (const { node: both, here, there } of shared) {
    const told =
      does(here) === does(there) ? `Both: ${does(here)}` : `This one ${does(here)}, that one ${does(there)}:`;
    kinds.set(told, [...(kinds.get(told) ?? []), toNode(both)]);
  }
  return element(
    "div",
    { className: "related" },
    nodeRow(toNode(node), actions, node.year ?? ""),
    ...[...kinds].map(([told, all]) =>
      element(
        "p",
        { className: "note" },
        `${told} `,
        ...all.slice(0, SHARED).flatMap((both, at) => [at ? ", " : "", nodeName(both, actions)]),
        all.length > SHARED ? ` and ${all.length - SHARED} more` : "",
      ),
    ),
    element("p", {}, element("a", { className: "note", href: path }, "Why are these connected?")),
  );
}

function does(relations) {
  return relations.map((name) => RELATIONS.get(name)?.name ?? name).join(" and ");
}
