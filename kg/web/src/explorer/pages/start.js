// Where one begins: the search, what the graph holds, and ways into it.
import { element } from "../../shared/dom.js";
import { TYPES } from "../../shared/kinds.js";
import { count, many } from "../../shared/text.js";
import { get } from "../api.js";
import { nodes, section } from "./parts.js";

const LATEST = 8;
const TOP = 8;
const BOARDS = 12;

export async function open(place, _url, app) {
  const overview = await get("overview");
  const { counts, top, latest, lists, leaderboards, years } = overview;
  const home = app.search.parentElement;
  const next = app.search.nextElementSibling;
  const hero = element(
    "div",
    { className: "hero" },
    element("h1", { dir: "auto", tabIndex: -1 }, overview.title),
    app.search,
    element(
      "p",
      { className: "note" },
      "Names, aliases, titles, arXiv ids and DOIs. Press ",
      element("kbd", {}, "/"),
      " to search from any page.",
    ),
  );
  const figures = [
    [
      counts.papers,
      "papers",
      years ? (years[0] === years[1] ? `${years[0]}` : `${years[0]} to ${years[1]}`) : "",
    ],
    [counts.entities, "entities", "tasks, methods, models, data, metrics"],
    [counts.claims, "claims", "each with its sentence"],
    [counts.results, "results", "as the abstracts report them"],
  ];
  place.append(
    hero,
    element(
      "dl",
      { className: "figures" },
      ...figures.map(([number, name, note]) =>
        element(
          "div",
          {},
          element("dt", {}, name),
          element("dd", {}, many(number)),
          note && element("dd", { className: "note" }, note),
        ),
      ),
    ),
    element(
      "div",
      { className: "columns" },
      element(
        "div",
        {},
        section(
          "Most connected",
          element(
            "div",
            { className: "tops" },
            ...[...TYPES.values()]
              .filter(({ id }) => top[id]?.length)
              .map(({ id, plural }) =>
                element(
                  "div",
                  {},
                  element(
                    "h3",
                    {},
                    plural,
                    counts.types?.[id] ? element("span", { className: "note" }, many(counts.types[id])) : "",
                  ),
                  nodes(top[id].slice(0, TOP), app.actions, ({ degree }) => many(degree)),
                ),
              ),
          ),
          element("p", {}, element("a", { className: "more", href: "/network" }, "Explore the network")),
        ),
        section(
          "Leaderboards",
          leaderboards.length &&
            element(
              "div",
              { className: "tops" },
              ...[leaderboards.slice(0, BOARDS / 2), leaderboards.slice(BOARDS / 2, BOARDS)].map((half) =>
                links(half.map(({ node, results }) => [board(node), node.label, count(results, "result")])),
              ),
            ),
          leaderboards.length &&
            element("p", {}, element("a", { className: "more", href: "/leaderboards" }, "All leaderboards")),
        ),
      ),
      element(
        "div",
        {},
        section(
          "Latest papers",
          nodes(latest.slice(0, LATEST), app.actions, ({ issued }) => issued ?? ""),
        ),
        section(
          "Reading lists",
          lists.length &&
            links(lists.map(({ id, title, papers }) => [`/${id}`, title, count(papers, "paper")])),
        ),
      ),
    ),
  );
  return { title: overview.title, close: () => home.insertBefore(app.search, next) };
}

const board = ({ id }) => `/${id.replace(/^entity/, "leaderboard")}`;

function links(rows) {
  return element(
    "ul",
    {},
    ...rows.map(([href, text, note]) =>
      element(
        "li",
        { className: "row" },
        element("a", { href, className: "node", dir: "auto" }, text),
        element("span", { className: "note" }, note),
      ),
    ),
  );
}
