// An entity: its names, its place among others, its papers over time, and every claim about it with its sentence.
import { element, outwardLink } from "../../shared/dom.js";
import { longList, nodeRow } from "../../shared/panel.js";
import { count, many } from "../../shared/text.js";
import { get, toNode } from "../api.js";
import { FEW, claimGroups, copyButton, groupLinks, head, networkLink, nodes, section } from "./parts.js";
import { resultTable } from "./results.js";
import { timeline } from "./timeline.js";

export async function open(place, url, app) {
  const id = url.pathname.slice(1);
  const [shown, base] = await Promise.all([get(`node/${id}`), app.base()]);
  const { node, groups, together, results } = shown;
  const slug = id.slice("entity/".length);
  place.append(
    head(
      node.type,
      node.label,
      otherNames(shown),
      element("p", { className: "note" }, ...summary(shown)),
      element(
        "p",
        { className: "actions" },
        networkLink(id),
        shown.leaderboard
          ? element("a", { className: "more", href: `/leaderboard/${slug}` }, "Leaderboard")
          : null,
      ),
      groupLinks(groups, shown.results_total),
    ),
    element(
      "div",
      { className: "columns" },
      element("div", {}, ...claimGroups(id, groups, app.actions)),
      element(
        "aside",
        { "aria-label": "About" },
        section("Papers by month", timeline(shown.timeline, shown.timeline_without_month)),
        section("Broader", nodes(shown.broader, app.actions)),
        section("Narrower", nodes(shown.narrower, app.actions)),
        section(
          "Occurs with",
          together.length &&
            longList(
              together,
              (entry) =>
                nodeRow(toNode(entry.node), app.actions, many(entry.papers), "Papers that name both"),
              {
                total: shown.together_total,
                step: FEW,
                more: async (offset) => (await get(`together/${id}`, { offset, limit: 20 })).together,
              },
            ),
        ),
        section("Elsewhere", ...shown.links.map(([text, href]) => element("p", {}, outwardLink(text, href)))),
        data(id, base, app),
      ),
    ),
    resultTable(id, results, shown.results_total, app.actions) ?? "",
  );
  return { title: node.label };
}

/** The aliases, those that differ only in capitals once, the first ones at once. */
function otherNames({ node, aliases }) {
  const distinct = new Map(aliases.map((alias) => [alias.toLowerCase(), alias]));
  distinct.delete(node.label.toLowerCase());
  const names = [...distinct.values()];
  if (!names.length) return null;
  const text = (some) => element("p", { className: "aliases", dir: "auto" }, `Also: ${some.join(", ")}`);
  if (names.length <= 1.5 * FEW) return text(names);
  const summary = element("summary", {}, text(names.slice(0, FEW)), `${many(names.length - FEW)} more names`);
  return element("details", { className: "names" }, summary, text(names.slice(FEW)));
}

function summary({ node, groups }) {
  const introduced = groups.find(
    ({ relation, direction }) => relation === "introduces" && direction === "in",
  );
  const parts = [`Named by ${count(node.papers ?? 0, "paper")}`];
  if (introduced) parts.push(`introduced by ${many(introduced.total)}`);
  return [parts.join(", ")];
}

/** The same in RDF, and the IRI. */
export function data(id, base, app) {
  const iri = base + id;
  const formats = [
    ["Turtle", "ttl"],
    ["JSON-LD", "jsonld"],
    ["RDF/XML", "rdf"],
  ];
  return section(
    "As data",
    element("p", { className: "iri" }, element("code", {}, iri)),
    element(
      "p",
      { className: "actions" },
      copyButton(iri, "IRI", app),
      ...formats.map(([name, ending]) => element("a", { href: `/data/${id}.${ending}` }, name)),
    ),
  );
}
