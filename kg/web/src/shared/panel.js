// The details of a node or a link, as elements: what graph.html and the explorer both show beside their pictures.
//
// A node is any object with `type` (one of TYPES) and `title`. `actions` says what opens a node: `open(node)`, and
// `href(node)` where each has an address of its own. What a list does not hold yet, it asks for by its `more`.
import { drawing, element, outwardLink } from "./dom.js";
import { capital, many } from "./text.js";

const PAGE = 20;

/** The mark of a type, in its shape and colour. */
export function swatch(type) {
  return drawing(`swatch ${type.id}`, "0 0 16 16", type.path);
}

/** The line of a relation, as the pictures draw it. */
export function line(relation) {
  const dashes = relation.derived ? { "stroke-dasharray": "4 3" } : {};
  const width = { introduces: 3, mentions: 0.75 }[relation.id] ?? 1.5;
  return drawing("line", "0 0 22 8", relation.arrow ? "M0 4h20M16 1l4 3-4 3" : "M0 4h22", {
    "stroke-width": width,
    ...dashes,
  });
}

/** A text as parts, stretches of it marked: `marks` are pairs of offsets in code points, sorted. */
export function marked(text, marks, draw = (part) => element("mark", {}, part)) {
  const points = Array.from(text);
  const parts = [];
  let at = 0;
  for (const mark of marks) {
    const [start, end] = mark;
    parts.push(points.slice(at, start).join(""), draw(points.slice(Math.max(at, start), end).join(""), mark));
    at = Math.max(at, end);
  }
  return [...parts, points.slice(at).join("")];
}

/** A sentence with what it says marked. */
export function quote({ text, marks }) {
  return element("blockquote", { dir: "auto" }, ...marked(text, marks));
}

/** The name of a node, which opens it. */
export function nodeName(node, actions) {
  const onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    actions.open(node);
  };
  return actions.href
    ? element("a", { href: actions.href(node), className: "node", dir: "auto", onclick }, node.title)
    : element("button", { type: "button", className: "node", dir: "auto", onclick }, node.title);
}

/** A node with its mark, and a note at the end of the line. */
export function nodeRow(node, actions, note = "", meaning = "") {
  return element(
    "div",
    { className: "row" },
    swatch(node.type),
    nodeName(node, actions),
    note && element("span", { className: "note", title: meaning }, note),
  );
}

/**
 * A list that shows its first entries, and more when asked.
 *
 * `total` is how many there are; those that `entries` does not hold come from `more(offset)`, a promise of entries.
 * `step` is how many are shown at a time.
 */
export function longList(entries, draw, { total = entries.length, more = null, step = PAGE } = {}) {
  const list = element("ul");
  const holder = element("div", {}, list);
  const known = [...entries];
  const button = element("button", { type: "button", className: "more", onclick: () => grow(true) });
  const status = element("p", { className: "note", role: "status" });

  async function grow(focus) {
    const first = list.children.length;
    const wanted = Math.min(first + step, total);
    try {
      while (known.length < wanted && more) {
        button.disabled = true;
        const next = await more(known.length);
        if (!next.length) break;
        known.push(...next);
      }
      status.textContent = "";
    } catch (error) {
      status.textContent = error.message;
    }
    button.disabled = false;
    list.append(...known.slice(first, wanted).map((entry) => element("li", {}, draw(entry))));
    if (focus) list.children[first]?.querySelector("button, a")?.focus();
    if (list.children.length >= total) button.remove();
    else
      button.textContent = `Show ${Math.min(step, total - list.children.length)} more of ${many(total)}`;
  }

  holder.append(button, status);
  grow(false);
  return holder;
}

/** What a paper does with something, seen from one of the two: the other one, how sure it is, and the sentences. */
export function claim({ node, confidence, curated_by: curator, quotes, omitted = 0, via = [] }, actions) {
  const sure = curator ? `by ${curator}` : confidence === null ? "" : `${Math.round(confidence * 100)} %`;
  const note = [node.year, sure].filter(Boolean).join(" · ");
  const told = curator ? "who vouches for it" : "confidence";
  const meaning = capital(node.year ? `year of the paper, and ${told}` : told);
  const body = element("div", {}, nodeRow(node, actions, note, meaning), ...quotes.map(quote));
  if (omitted) {
    const sentences = omitted === 1 ? "sentence is" : "sentences are";
    body.append(element("p", { className: "note" }, `${omitted} more ${sentences} in the graph.`));
  }
  if (via.length) {
    const names = via.flatMap((entity, index) => [index ? ", " : "", nodeName(entity, actions)]);
    body.append(element("p", { className: "note" }, "Through ", ...names));
  }
  return body;
}

/** A score or a gain that a paper reports, with what it is of, and the sentence. */
export function result({ roles, score, kind, paper, quote: said }, actions) {
  const names = roles.flatMap(({ role, label, node }, index) => [
    index ? " · " : "",
    element("span", { title: role }, node ? nodeName(node, actions) : label),
  ]);
  return element(
    "div",
    {},
    element(
      "div",
      {},
      element("span", { className: "score" }, score),
      kind === "improvement" ? " gain: " : ": ",
      ...names,
    ),
    paper && nodeRow(paper, actions),
    quote(said),
  );
}

/** A heading of a group of claims: "Used by (31)". */
export function groupHeading(relation, direction, total) {
  const name = capital(direction === "out" ? relation.name : relation.inverse);
  return total > 1 ? `${name} (${many(total)})` : name;
}

function head(type, title, close) {
  return [
    element(
      "p",
      { className: "kind note" },
      type && swatch(type),
      type ? type.name : "Link",
      element("button", { type: "button", className: "more close", onclick: close }, "Close"),
    ),
    element("h2", { dir: "auto", tabIndex: -1 }, title),
  ];
}

/** Show a node: its facts, the claims by relation, the results. `extra` elements come after the facts. */
export function showNode(panel, given, actions) {
  const { node, facts, aliases, links, groups, results, extra = [] } = given;
  const { resultsTotal: total = results.length, moreResults: more = null } = given;
  panel.replaceChildren(
    ...head(node.type, node.title, actions.close),
    ...(aliases.length
      ? [element("p", { className: "aliases", dir: "auto" }, `Also: ${aliases.join(", ")}`)]
      : []),
    ...facts.map((fact) => element("p", { className: "note", dir: "auto" }, fact)),
    ...(links.length
      ? [element("p", { className: "links" }, ...links.map(([text, href]) => outwardLink(text, href)))]
      : []),
    ...extra,
    ...groups.flatMap(({ heading, claims, total, more }) => [
      element("h3", {}, heading),
      longList(claims, (entry) => claim(entry, actions), { total, more }),
    ]),
    ...(results.length
      ? [
          element("h3", {}, node.type.id === "Paper" ? "Results" : "Results that name it"),
          longList(results, (entry) => result(entry, actions), { total, more }),
        ]
      : []),
  );
}

/** Show what links two nodes. */
export function showLink(panel, { from, to, claims }, actions) {
  panel.replaceChildren(
    ...head(null, claims.map(({ name }) => name).join(", "), actions.close),
    nodeRow(from, actions),
    nodeRow(to, actions),
    ...claims.flatMap((entry) => [element("h3", {}, entry.name), claim({ ...entry, node: to }, actions)]),
  );
}

/** Show where to start: counts and lists of nodes under headings. */
export function showOverview(panel, { title, summary, groups }, actions) {
  panel.replaceChildren(
    element("h2", { dir: "auto", tabIndex: -1 }, title),
    ...summary.map((text) => element("p", { className: "note" }, text)),
    ...groups.flatMap(({ heading, nodes }) => [
      element("h3", {}, heading),
      longList(nodes, ({ node, note }) => nodeRow(node, actions, note)),
    ]),
  );
}
