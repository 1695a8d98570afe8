// The query editor: saved queries with forms, the editor, and the answer. The address holds what was asked.
import { element } from "../../shared/dom.js";
import { get } from "../api.js";
import { EXAMPLE, makeEditor } from "../query/editor.js";
import { parameterForm } from "../query/form.js";
import { showResults } from "../query/results.js";

export async function open(place, url, app) {
  const [known, base] = await Promise.all([get("queries"), app.base(), style("/assets/query.css")]);
  const about = element("div", { className: "about" });
  const written = element("div");
  const results = element("div", { className: "answers" });
  const saved = element(
    "ul",
    {},
    ...known.queries.map(({ name, title }) =>
      element("li", {}, element("a", { href: `/query?name=${name}` }, title)),
    ),
  );
  const shelf = element(
    "details",
    { className: "shelf", open: innerWidth > 900 },
    element("summary", {}, "Saved queries"),
    saved,
  );
  place.classList.add("query");
  place.append(
    element(
      "div",
      { className: "head" },
      element("h1", { tabIndex: -1 }, "Query"),
      element(
        "p",
        { className: "note" },
        "SPARQL 1.1, read only, at ",
        element("code", {}, `${location.origin}/sparql`),
        ". Ctrl+Enter runs, Ctrl+Space completes, Esc leaves the editor.",
      ),
    ),
    element(
      "div",
      { className: "desk" },
      shelf,
      element("div", { className: "work" }, about, written, results),
    ),
  );
  const editor = makeEditor(written, known, () => run());
  let running = null;
  // The saved query that the text in the editor was made from, until the text is changed.
  let made = null;

  function run() {
    const query = editor.text();
    const wanted = made?.text === query ? made.address : `/query?${new URLSearchParams({ query })}`;
    if (location.pathname + location.search !== wanted) history.pushState(null, "", wanted);
    running?.abort();
    running = new AbortController();
    return showResults(results, { query, form: editor.type(), known, base, running, say: app.say });
  }

  /** Set the text of a saved query with its values, and run it. */
  async function ask(name, values, { replace = false } = {}) {
    const address = `/query?${new URLSearchParams({ name, ...values })}`;
    try {
      const { text } = await get(`query/${name}`, values);
      editor.set(text);
      made = { text: editor.text(), address };
      if (replace) history.replaceState(history.state, "", address);
      await run();
    } catch (error) {
      fail(error.message);
    }
  }

  /** Show what an address asks for. */
  function show({ searchParams }) {
    const { name, query, ...values } = Object.fromEntries(searchParams);
    const chosen = known.queries.find((one) => one.name === name);
    running?.abort();
    results.replaceChildren();
    made = null;
    for (const link of saved.querySelectorAll("a")) {
      if (link.search === `?name=${name}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    about.replaceChildren();
    if (chosen) {
      about.append(
        element("h2", {}, chosen.title),
        element("p", {}, chosen.description),
        parameterForm(chosen, values, (given) => ask(name, given), app),
      );
      const missing = chosen.parameters.filter((one) => one.required && !values[one.name]);
      if (!missing.length) ask(name, values, { replace: true });
      else {
        editor.set(chosen.text);
        about.querySelector("input, select").focus();
      }
      return;
    }
    editor.set(query ?? EXAMPLE);
    if (query) run();
    else if (name) fail(`There is no saved query “${name}”.`);
  }

  function fail(message) {
    results.replaceChildren(element("pre", { className: "failure", role: "alert" }, message));
  }

  show(url);
  return {
    title: "Query",
    update(changed) {
      show(changed);
      return true;
    },
    close() {
      running?.abort();
      editor.destroy();
    },
  };
}

/** Load a style once, and wait for it: the editor measures itself when it is made. */
function style(href) {
  if (document.querySelector(`link[href="${href}"]`)) return undefined;
  return new Promise((done) => {
    document.head.append(element("link", { rel: "stylesheet", href, onload: done, onerror: done }));
  });
}
