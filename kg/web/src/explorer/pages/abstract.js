// A text with everything that it names marked in the colour and underline of its type.
import { element } from "../../shared/dom.js";
import { RELATIONS, TYPES } from "../../shared/kinds.js";
import { swatch } from "../../shared/panel.js";
import { address, toNode } from "../api.js";

/**
 * The text in parts. Offsets are code points; where mentions overlap, the shortest one has the stretch that they
 * share, so that each can be reached. A mention in several pieces is reached once by keyboard.
 */
export function mentioned(text, mentions, actions) {
  const points = Array.from(text);
  const cuts = new Set([0, points.length]);
  for (const { start, end } of mentions) cuts.add(start).add(end);
  const places = [...cuts].sort((one, other) => one - other);
  const byLength = [...mentions].sort((one, other) => one.end - one.start - (other.end - other.start));
  const begun = new Set();
  const parts = [];
  for (const [at, start] of places.slice(0, -1).entries()) {
    const end = places[at + 1];
    const part = points.slice(start, end).join("");
    const mention = byLength.find((one) => one.start <= start && end <= one.end);
    parts.push(mention ? link(part, mention, begun.has(mention), actions) : part);
    begun.add(mention);
  }
  return parts;
}

function link(text, { node, relations = [] }, again, actions) {
  const does = relations.map((name) => RELATIONS.get(name)?.name ?? name).join(", ");
  return element(
    "a",
    {
      className: `mention ${node.type}`,
      href: address(node),
      title: `${node.type}: ${node.label}${does && ` (the paper ${does} it)`}`,
      tabIndex: again ? -1 : 0,
      onclick: (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        actions.open(toNode(node));
      },
    },
    text,
  );
}

/** Which colour and underline stands for which type, of those that occur. */
export function legend(mentions) {
  const types = [...TYPES.values()].filter(({ id }) => mentions.some(({ node }) => node.type === id));
  if (!types.length) return null;
  return element(
    "p",
    { className: "legend note" },
    ...types.map((type) =>
      element("span", {}, swatch(type), element("span", { className: `mention ${type.id}` }, type.name)),
    ),
  );
}
