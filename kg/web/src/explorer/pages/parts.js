// Pieces that several pages are made of.
import { element } from "../../shared/dom.js";
import { RELATIONS, TYPES } from "../../shared/kinds.js";
import { claim, groupHeading, longList, marked, nodeName, nodeRow, swatch } from "../../shared/panel.js";
import { many, score } from "../../shared/text.js";
import { get, toClaim, toNode } from "../api.js";

/** The head of a page: what kind of thing it is, its name, and what follows. */
export function head(type, title, ...more) {
  return element(
    "div",
    { className: "head" },
    element("p", { className: "kind note" }, swatch(TYPES.get(type)), type),
    element("h1", { dir: "auto", tabIndex: -1 }, title),
    ...more,
  );
}

/** A part of a page under a heading; nothing if it has no content. */
export function section(heading, ...content) {
  const held = content.flat().filter(Boolean);
  return held.length ? element("section", {}, element("h2", {}, heading), ...held) : null;
}

// How much a list in the margin shows at a time.
export const FEW = 10;

/** A link to the network around a node. */
export function networkLink(id) {
  const href = `/network?start=${encodeURIComponent(id)}`;
  return element("a", { className: "more", href }, "Show in the network");
}

/** A list of nodes that are known whole. */
export function nodes(list, actions, note = () => "") {
  if (!list.length) return null;
  return longList(list, (node) => nodeRow(toNode(node), actions, note(node)), { step: FEW });
}

/** The name of a group, and the anchor to it. */
const anchor = ({ relation, direction }) => `${relation}-${direction}`;

/** Links to the groups of claims and to the results, with how many each holds. */
export function groupLinks(groups, results = 0) {
  const links = groups.map((group) => {
    const name = groupHeading(RELATIONS.get(group.relation), group.direction, group.total);
    return element("a", { href: `#${anchor(group)}` }, name);
  });
  if (results) links.push(element("a", { href: "#results" }, `Results (${many(results)})`));
  return links.length > 1 ? element("nav", { className: "jumps", "aria-label": "Claims" }, ...links) : null;
}

/** The claims about a node, by relation, each group paged. */
export function claimGroups(id, groups, actions) {
  return groups.map(({ relation, direction, total, claims }) =>
    element(
      "section",
      { className: "claims", id: anchor({ relation, direction }) },
      element("h2", {}, groupHeading(RELATIONS.get(relation), direction, total)),
      longList(claims.map(toClaim), (entry) => claim(entry, actions), {
        total,
        more: async (offset) =>
          (await get(`claims/${id}`, { relation, direction, offset, limit: 20 })).claims.map(toClaim),
      }),
    ),
  );
}

/** What is reported: a score, or a gain, which says so and of what over. */
export function value(result, actions) {
  const text = element("span", { className: "score" }, score(result));
  if (result.kind !== "improvement") return text;
  const over = result.baseline ? [" over ", nodeName(toNode(result.baseline), actions)] : [];
  return element("span", {}, text, " ", element("span", { className: "tag" }, "gain"), ...over);
}

/** A node's name in a cell, or a dash. */
export function cell(node, actions) {
  return node ? nodeRow(toNode(node), actions) : element("span", { className: "note" }, "–");
}

/** A wide table in a frame of its own that scrolls. */
export function framed(table, name) {
  return element("div", { className: "frame", role: "region", "aria-label": name, tabIndex: 0 }, table);
}

/** A sentence with what it says marked, within a line of text. */
export function sentence({ text, marks }) {
  return element("q", { dir: "auto" }, ...marked(text, marks));
}

/** Save text as a file. */
export function save(name, text, type) {
  const href = URL.createObjectURL(new Blob([text], { type }));
  const link = element("a", { href, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** A button that copies a text and says so. */
export function copyButton(text, what, app) {
  const button = element("button", { type: "button", className: "more" }, `Copy ${what}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      app.say(`${what} copied`);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = `Copy ${what}`), 1500);
    } catch {
      app.say(`${what} could not be copied`);
    }
  });
  return button;
}
