// YASQE, the editor of YASGUI, set to this server's endpoint.
import Yasqe from "@zazuko/yasqe";

import { declarePrefixes, registerCompleters } from "./completion.js";

// What is there to begin with.
export const EXAMPLE = `SELECT ?label (COUNT(DISTINCT ?paper) AS ?papers) ?entity WHERE {
  ?paper kg:uses ?entity .
  ?entity a kg:Method ; skos:prefLabel ?label .
}
GROUP BY ?entity ?label
ORDER BY DESC(?papers)
LIMIT 20`;

/**
 * Draw the editor. `known` are the prefixes and terms of /api/queries; `run()` is called by its button and Ctrl+Enter.
 */
export function makeEditor(place, known, run) {
  Yasqe.defaults.autocompleters = registerCompleters(Yasqe, known);
  const yasqe = new Yasqe(place, {
    value: "",
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    resizeable: true,
    editorHeight: "17rem",
    screenReaderLabel: "SPARQL query",
    requestConfig: { endpoint: `${location.origin}/sparql`, method: "POST" },
    extraKeys: { "Ctrl-Enter": run, "Cmd-Enter": run },
  });
  const button = place.querySelector(".yasqe_queryButton");
  button.type = "button";
  button.onclick = run;
  yasqe.getInputField().setAttribute("aria-label", "SPARQL query");
  yasqe.on("change", (_yasqe, { origin }) => {
    if (!["+input", "complete", "paste"].includes(origin) || !declarePrefixes(yasqe, known.prefixes)) return;
    // The list of completions closes when the line moves down; it opens again when that is done.
    setTimeout(() => yasqe.autocomplete(true));
  });

  return {
    text: () => yasqe.getValue(),
    /** The form of the query: SELECT, ASK, CONSTRUCT or DESCRIBE. */
    type: () => yasqe.getQueryType(),
    set(text) {
      yasqe.setValue(text);
      declarePrefixes(yasqe, known.prefixes);
      yasqe.refresh();
    },
    destroy: () => yasqe.destroy(),
  };
}
