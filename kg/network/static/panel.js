// The details of a node or a link, as elements. Everything that comes from a paper is set as text, never as markup.
"use strict";

const kgPanel = (() => {
  const PAGE = 20;
  const SHAPES = {
    dot: "M8 1a7 7 0 1 1 0 14 7 7 0 0 1 0-14z",
    square: "M2 2h12v12H2z",
    diamond: "M8 0l8 8-8 8-8-8z",
    triangle: "M8 1l7.5 13.5H.5z",
    triangleDown: "M8 15L.5 1.5h15z",
    hexagon: "M4 1.1h8L16 8l-4 6.9H4L0 8z",
    star: "M8 .3l2.3 5.1 5.5.6-4.1 3.7 1.2 5.5L8 12.4l-4.9 2.8 1.2-5.5L.2 6l5.5-.6z",
  };

  /** An element with properties (`aria-…` and `dir` as attributes) and children; a string child is text. */
  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in made) made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  }

  function drawing(className, box, path, attributes = {}) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("class", className);
    svg.setAttribute("viewBox", box);
    svg.setAttribute("aria-hidden", "true");
    const shape = document.createElementNS(space, "path");
    shape.setAttribute("d", path);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    svg.append(shape);
    return svg;
  }

  /** The mark of a type, in its shape and colour. */
  function swatch(type) {
    return drawing(`swatch ${type.id}`, "0 0 16 16", SHAPES[type.shape]);
  }

  /** A sentence with stretches marked; `marks` are pairs of offsets in code points, sorted. */
  function quote({ text, marks }) {
    const points = Array.from(text);
    const block = element("blockquote", { dir: "auto" });
    let at = 0;
    for (const [start, end] of marks) {
      block.append(
        points.slice(at, start).join(""),
        element("mark", {}, points.slice(Math.max(at, start), end).join("")),
      );
      at = Math.max(at, end);
    }
    block.append(points.slice(at).join(""));
    return block;
  }

  function nodeButton(node, open) {
    return element(
      "button",
      { type: "button", className: "node", dir: "auto", onclick: () => open(node) },
      node.title,
    );
  }

  function nodeRow(node, open, note = "", meaning = "") {
    return element(
      "div",
      { className: "row" },
      swatch(node.type),
      nodeButton(node, open),
      note && element("span", { className: "note", title: meaning }, note),
    );
  }

  /** A link that leaves the page; anything but http and https stays text. */
  function outwardLink(text, href) {
    let url;
    try {
      url = new URL(href);
    } catch {
      return element("span", {}, text);
    }
    if (url.protocol !== "https:" && url.protocol !== "http:") return element("span", {}, text);
    return element("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, text);
  }

  /** A list that shows its first entries, and more when asked. */
  function longList(entries, draw) {
    const list = element("ul");
    const holder = element("div", {}, list);
    let shown = 0;
    const more = element("button", { type: "button", className: "more", onclick: grow });
    function grow() {
      const first = shown;
      for (; shown < Math.min(first + PAGE, entries.length); shown += 1)
        list.append(element("li", {}, draw(entries[shown])));
      if (first) list.children[first].querySelector("button")?.focus();
      if (shown === entries.length) more.remove();
      else more.textContent = `Show ${Math.min(PAGE, entries.length - shown)} more of ${entries.length}`;
    }
    holder.append(more);
    grow();
    return holder;
  }

  function claim({ node, confidence, quotes, omitted, via }, open) {
    const body = element(
      "div",
      {},
      nodeRow(node, open, confidence === null ? "" : `${confidence} %`, "Confidence"),
      ...quotes.map(quote),
    );
    if (omitted) {
      const sentences = omitted === 1 ? "sentence is" : "sentences are";
      body.append(element("p", { className: "note" }, `${omitted} more ${sentences} in the graph.`));
    }
    if (via.length) {
      const names = via.flatMap((entity, index) => [index ? ", " : "", nodeButton(entity, open)]);
      body.append(element("p", { className: "note" }, "Through ", ...names));
    }
    return body;
  }

  function result({ roles, score, kind, paper, quote: said }, open) {
    const names = roles.flatMap(({ role, label, node }, index) => [
      index ? " · " : "",
      element("span", { title: role }, node ? nodeButton(node, open) : label),
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
      paper && nodeRow(paper, open),
      quote(said),
    );
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

  /** Show a node: its facts, the claims by relation, the results. */
  function showNode(panel, { node, facts, aliases, links, groups, results }, { open, close }) {
    panel.replaceChildren(
      ...head(node.type, node.title, close),
      ...(aliases.length
        ? [element("p", { className: "aliases", dir: "auto" }, `Also: ${aliases.join(", ")}`)]
        : []),
      ...facts.map((fact) => element("p", { className: "note", dir: "auto" }, fact)),
      ...(links.length
        ? [element("p", { className: "links" }, ...links.map(([text, href]) => outwardLink(text, href)))]
        : []),
      ...groups.flatMap(({ heading, claims }) => [
        element("h3", {}, heading),
        longList(claims, (entry) => claim(entry, open)),
      ]),
      ...(results.length
        ? [
            element("h3", {}, node.type.id === "Paper" ? "Results" : "Results that name it"),
            longList(results, (entry) => result(entry, open)),
          ]
        : []),
    );
  }

  /** Show what links two nodes. */
  function showLink(panel, { from, to, claims }, { open, close }) {
    panel.replaceChildren(
      ...head(null, claims.map(({ name }) => name).join(", "), close),
      nodeRow(from, open),
      nodeRow(to, open),
      ...claims.flatMap((entry) => [element("h3", {}, entry.name), claim({ ...entry, node: to }, open)]),
    );
  }

  /** Show where to start: counts and lists of nodes under headings. */
  function showOverview(panel, { title, summary, groups }, { open }) {
    panel.replaceChildren(
      element("h2", { dir: "auto", tabIndex: -1 }, title),
      ...summary.map((line) => element("p", { className: "note" }, line)),
      ...groups.flatMap(({ heading, nodes }) => [
        element("h3", {}, heading),
        longList(nodes, ({ node, note }) => nodeRow(node, open, note)),
      ]),
    );
  }

  return { drawing, element, showLink, showNode, showOverview, swatch };
})();
