// What the endpoint answers: a table whose IRIs lead into the explorer, a graph as text, an error in its own words; and
// the same in each format as a file.
import { element, outwardLink } from "../../shared/dom.js";
import { count, many } from "../../shared/text.js";
import { framed, save } from "../pages/parts.js";

const ROWS = 200;
const TABLES = [
  ["CSV", "text/csv", "csv"],
  ["TSV", "text/tab-separated-values", "tsv"],
  ["JSON", "application/sparql-results+json", "json"],
  ["XML", "application/sparql-results+xml", "xml"],
];
const TRUTHS = TABLES.slice(2);
const GRAPHS = [
  ["Turtle", "text/turtle", "ttl"],
  ["N-Triples", "application/n-triples", "nt"],
  ["RDF/XML", "application/rdf+xml", "rdf"],
  ["JSON-LD", "application/ld+json", "jsonld"],
];

async function ask(query, accept, signal) {
  const headers = { Accept: accept, "Content-Type": "application/sparql-query" };
  const response = await fetch("/sparql", { method: "POST", headers, body: query, signal }).catch((error) => {
    if (signal?.aborted) throw error;
    throw new Error("The server does not answer. Is kg serve still running?");
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text || `The server answered ${response.status}.`);
  return text;
}

/** Ask a query and draw its answer; `form` is SELECT, ASK, CONSTRUCT or DESCRIBE, `running` can end it. */
export async function showResults(place, { query, form, known, base, running, say }) {
  const ofGraph = form === "CONSTRUCT" || form === "DESCRIBE";
  const begun = performance.now();
  const { signal } = running;
  const stop = element(
    "button",
    { type: "button", className: "more", onclick: () => running.abort("stopped") },
    "Stop",
  );
  place.replaceChildren(element("p", { className: "actions note" }, "Running…", stop));
  try {
    const text = await ask(query, ofGraph ? "text/turtle" : "application/sparql-results+json", signal);
    const taken = `${((performance.now() - begun) / 1000).toFixed(2)} s`;
    const drawn = ofGraph ? graph(text) : answer(JSON.parse(text), known.prefixes, base);
    const formats = ofGraph ? GRAPHS : drawn.rows === null ? TRUTHS : TABLES;
    const told = drawn.rows === null ? taken : `${count(drawn.rows, "row")} in ${taken}`;
    place.replaceChildren(
      element(
        "div",
        { className: "answered" },
        element("p", { className: "note" }, told),
        downloads(query, formats, say),
      ),
      drawn.shown,
    );
    say(told);
  } catch (error) {
    if (signal.aborted) {
      if (signal.reason === "stopped") place.replaceChildren(element("p", { className: "note" }, "Stopped."));
      return;
    }
    place.replaceChildren(element("pre", { className: "failure", role: "alert" }, error.message));
  }
}

function downloads(query, formats, say) {
  const get = async (name, type, ending) => {
    try {
      save(`results.${ending}`, await ask(query, type), type);
      say(`${name} downloaded`);
    } catch (error) {
      say(error.message);
    }
  };
  return element(
    "div",
    { className: "actions", role: "group", "aria-label": "Download" },
    element("span", { className: "note", "aria-hidden": "true" }, "Download"),
    ...formats.map(([name, type, ending]) =>
      element("button", { type: "button", className: "more", onclick: () => get(name, type, ending) }, name),
    ),
  );
}

function graph(text) {
  return { rows: null, shown: framed(element("pre", {}, text), "Graph in Turtle") };
}

function answer({ head, results, boolean }, prefixes, base) {
  if (boolean !== undefined)
    return { rows: null, shown: element("p", { className: "truth" }, boolean ? "Yes" : "No") };
  const rows = results.bindings;
  const body = element("tbody");
  const more = element("button", { type: "button", className: "more" });
  const grow = () => {
    const first = body.children.length;
    const cells = (row) =>
      head.vars.map((name) => element("td", { dir: "auto" }, term(row[name], prefixes, base)));
    body.append(...rows.slice(first, first + ROWS).map((row) => element("tr", {}, ...cells(row))));
    more.hidden = body.children.length >= rows.length;
    more.textContent = `Show more of ${many(rows.length)} rows`;
  };
  more.addEventListener("click", grow);
  grow();
  const heads = head.vars.map((name) => element("th", { scope: "col" }, name));
  const table = element(
    "table",
    { className: "answer" },
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );
  return { rows: rows.length, shown: element("div", {}, framed(table, "Results"), more) };
}

/** A term as a person reads it: IRIs of the graph lead to their pages, others out of it. */
function term(value, prefixes, base) {
  if (!value) return "";
  if (value.type === "bnode") return `_:${value.value}`;
  if (value.type !== "uri") return value["xml:lang"] ? `${value.value} @${value["xml:lang"]}` : value.value;
  const iri = value.value;
  const name = shortened(iri, prefixes);
  if (!iri.startsWith(base)) return outwardLink(name, iri);
  const id = iri.slice(base.length);
  return element("a", { href: /^(entity|paper|list)\/[^/]+$/.test(id) ? `/${id}` : `/id/${id}` }, name);
}

function shortened(iri, prefixes) {
  const fitting = Object.entries(prefixes).filter(
    ([, begin]) => iri.startsWith(begin) && iri.length > begin.length,
  );
  const [prefix, begin] = fitting.sort((one, other) => other[1].length - one[1].length)[0] ?? [];
  return prefix ? `${prefix}:${iri.slice(begin.length)}` : iri;
}
