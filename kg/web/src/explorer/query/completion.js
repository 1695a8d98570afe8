// What the editor completes: the classes and properties of our ontology and of the vocabularies that a graph uses.
// YASQE's own completers for them ask a foreign host and are not used.

const OTHERS = {
  class: ["fabio:ResearchPaper", "oa:TextQuoteSelector", "prov:Entity", "rdf:Statement", "skos:Concept"],
  property: [
    "dcterms:abstract dcterms:creator dcterms:identifier dcterms:isPartOf dcterms:issued dcterms:source dcterms:title",
    "fabio:hasArXivId oa:end oa:exact oa:start prov:wasDerivedFrom rdf:object rdf:predicate rdf:subject rdf:type",
    "rdfs:label schema:codeRepository schema:url skos:altLabel skos:broader skos:exactMatch skos:prefLabel",
  ].flatMap((names) => names.split(" ")),
};

/** Register completers for our terms; gives the names of those that an editor is to use. */
export function registerCompleters(Yasqe, { prefixes, terms }) {
  for (const kind of ["class", "property"]) {
    const names = [...terms.filter((one) => one.kind === kind).map(({ name }) => name), ...OTHERS[kind]];
    Yasqe.forkAutocompleter(
      kind,
      {
        name: `kg-${kind}`,
        autoShow: true,
        persistenceId: () => undefined,
        preProcessToken: (_yasqe, token) => token,
        get: (_yasqe, token) => matching(names, token.string, prefixes),
        postProcessSuggestion: (_yasqe, _token, name) => name,
      },
      false,
    );
  }
  return ["variables", "kg-class", "kg-property"];
}

/** The names that begin as typed, after their prefix or with it. */
function matching(names, typed, prefixes) {
  const start = typed.trim().replace(/^</, "").toLowerCase();
  return names.filter((name) => {
    const [prefix, local] = name.split(":");
    return [name, local, prefixes[prefix] + local].some((form) => form.toLowerCase().startsWith(start));
  });
}

/** Declare those of our prefixes that a query uses and does not declare. */
export function declarePrefixes(yasqe, prefixes) {
  const text = yasqe.getValue().replace(/"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|<[^>\s]*>|#.*/g, " ");
  const used = new Set([...text.matchAll(/(?<![\w?$:-])([A-Za-z][\w-]*):/g)].map(([, prefix]) => prefix));
  const declared = yasqe.getPrefixesFromQuery();
  const missing = [...used].filter((prefix) => prefixes[prefix] && !(prefix in declared)).sort();
  if (missing.length)
    yasqe.addPrefixes(Object.fromEntries(missing.reverse().map((prefix) => [prefix, prefixes[prefix]])));
  return missing.length > 0;
}
