from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.errors import UsageError
from kg.rdf import bind_variables

DATA = """
@prefix e: <http://e/> .
e:a e:uses e:lora ; e:title "A" .
e:b e:uses e:grpo ; e:title "B" .
e:c e:uses e:grpo , e:lora ; e:title "C {?m}" .
"""
GRPO = ox.NamedNode("http://e/grpo")


def answers(query: str, **bindings: ox.NamedNode | ox.Literal) -> list[str]:
    store = ox.Store()
    store.load(DATA.encode(), ox.RdfFormat.TURTLE)
    result = store.query("PREFIX e: <http://e/> " + bind_variables(query, bindings))
    if isinstance(result, ox.QueryBoolean):
        return [str(bool(result)).lower()]
    return sorted(" ".join(str(part) for part in row if part is not None) for row in result)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT ?t WHERE { ?p e:uses ?m ; e:title ?t }", ['"B"', '"C {?m}"']),
        ("select(count(?p) as ?n){?p e:uses ?m}", ['"2"^^<http://www.w3.org/2001/XMLSchema#integer>']),
        ("SELECT (EXISTS { ?p e:uses e:lora } AS ?x) WHERE { ?p e:uses $m FILTER(?p = e:b) }",
         ['"false"^^<http://www.w3.org/2001/XMLSchema#boolean>']),
        ("ASK { e:a e:uses ?m }", ["false"]),
        ("ASK { e:b e:uses ?m }", ["true"]),
        ("CONSTRUCT { ?p e:with ?m } WHERE { ?p e:uses ?m }",
         ["<http://e/b> <http://e/with> <http://e/grpo>", "<http://e/c> <http://e/with> <http://e/grpo>"]),
        ("DESCRIBE ?p { ?p e:uses ?m . ?p e:title 'B' }",
         ['<http://e/b> <http://e/title> "B"', "<http://e/b> <http://e/uses> <http://e/grpo>"]),
        ("SELECT ?p # { SELECT ?m {\nWHERE { ?p e:title '''C {?m}''' ; e:uses ?m }", ["<http://e/c>"]),
        ("SELECT ?m ?n { { SELECT ?m (COUNT(?p) AS ?n) { ?p e:uses ?m } GROUP BY ?m } }",
         ['<http://e/grpo> "2"^^<http://www.w3.org/2001/XMLSchema#integer>']),
        # Not selected by the sub-select, so another variable there.
        ("SELECT ?m ?n { ?q e:uses ?m . ?q e:title 'B' { SELECT (COUNT(?m) AS ?n) { ?p e:uses ?m } } }",
         ['<http://e/grpo> "4"^^<http://www.w3.org/2001/XMLSchema#integer>']),
    ],
)  # fmt: skip
def test_a_bound_variable_is_that_term_throughout(query: str, expected: list[str]) -> None:
    assert answers(query, m=GRPO) == expected


def test_a_bound_text_cannot_change_the_query() -> None:
    hostile = ox.Literal('B" } ; DROP ALL # \n')
    assert answers("SELECT ?p { ?p e:title ?t }", t=hostile) == []
    assert answers("SELECT ?p { ?p e:title ?t }", t=ox.Literal("C {?m}")) == ["<http://e/c>"]


def test_a_binding_for_a_variable_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no variable \?x"):
        bind_variables("SELECT ?m { ?p ?q ?m }", {"x": GRPO})
    with pytest.raises(UsageError, match="no WHERE"):
        bind_variables("CONSTRUCT WHERE { ?p ?q ?m }", {"m": GRPO})
