from __future__ import annotations

import pytest

from kg.errors import UsageError
from kg.rdf import Iris, term


def test_resources_are_minted_under_the_base() -> None:
    iris = Iris("https://example.org/graph/")
    assert iris.paper("arxiv-2505.17387").value == "https://example.org/graph/paper/arxiv-2505.17387"
    assert iris.result("arxiv-1", "abstract", 10, 14, 1).value.endswith("result/arxiv-1/10-14-1")
    assert iris.result("arxiv-1", "title", 10, 14, 2).value.endswith("result/arxiv-1/title-10-14-2")
    assert iris.prefixes()["paper"] == "https://example.org/graph/paper/"
    assert term("kg:Paper").value == "https://w3id.org/paperkg/ontology#Paper"


@pytest.mark.parametrize(
    "base",
    ["", "example.org/", "https://example.org/id", "https://example.org/id#", "file:///id/", "https://e.org/a/../b/",
     "https://e.org/?q=/", "https://e.org/a b/", "https://e.org/<x>/"],
)  # fmt: skip
def test_a_base_that_names_could_not_be_written_against_is_refused(base: str) -> None:
    with pytest.raises(UsageError):
        Iris(base)
