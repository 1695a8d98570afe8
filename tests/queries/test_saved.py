from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import KgError, UsageError
from kg.queries import run_saved, saved_queries, saved_query
from kg.rdf import PREFIXES, OxigraphStore, Store

ID = "https://w3id.org/paperkg/id/"
HERON, LANTERN = "Heron-7B Reads Notes", "Lantern: Small Steps for Medical QA"
MEDQUIZZ, CLIN = "MedQuizz: Questions That Doctors Ask", "ClinNotes, a Corpus of Ward Notes"
SAYS_LANTERN = "Heron-7B is trained on ClinNotes with Lantern and reinforcement learning."
GAINS = "On MedQuizz, Heron-7B gains 7.5 points of accuracy over Lantern."
REACHES = "Lantern reaches 71.4% accuracy on MedQuizz, against 66.0% for BaseChat."

EXPECTED: list[tuple[str, dict[str, str], str, list[tuple[str, ...]]]] = [
    (
        "who-introduces",
        {},
        "issued label type title",
        [
            ("2025-02-14", "Heron-7B", "Model", HERON),
            ("2025-01", "Lantern", "Method", LANTERN),
            ("2024-11-05", "MedQuizz", "Benchmark", MEDQUIZZ),
            ("2023", "ClinNotes", "Dataset", CLIN),
        ],
    ),
    ("who-introduces", {"entity": "med-quizz"}, "label title", [("MedQuizz", MEDQUIZZ)]),
    ("who-introduces", {"type": "models"}, "label title", [("Heron-7B", HERON)]),
    ("papers-using", {"method": "GRPO"}, "issued title", [("2025-01", LANTERN)]),
    ("papers-using", {"method": "Lantern"}, "issued title confidence", [("2025-02-14", HERON, "0.8")]),
    ("papers-evaluating-on", {"benchmark": "medquizz"}, "title", [(HERON,), (LANTERN,)]),
    ("papers-comparing-with", {"entity": "BaseChat"}, "title", [(LANTERN,), (MEDQUIZZ,)]),
    ("papers-training-on", {"dataset": "Clin Notes"}, "title", [(HERON,)]),
    (
        "papers-about",
        {"task": "QA"},
        "title tasks",
        [
            (LANTERN, "medical question answering"),
            (MEDQUIZZ, "medical question answering"),
            ("Question answering", "question answering"),
        ],
    ),
    (
        "papers-mentioning",
        {"entity": "Lantern"},
        "title relation",
        [(HERON, "comparesWith"), (HERON, "uses"), (LANTERN, "introduces")],
    ),
    ("papers-mentioning", {"entity": "Lantern", "relation": "compares with"}, "title", [(HERON,)]),
    ("benchmarks-by-papers", {}, "label papers", [("MedQuizz", "2")]),
    ("benchmarks-by-papers", {"least": "3"}, "label papers", []),
    ("metrics-by-papers", {}, "label papers", [("accuracy", "2"), ("F1", "1")]),
    (
        "methods-of-task",
        {"task": "medical QA"},
        "label papers",
        [("Lantern", "1"), ("group relative policy optimization", "1")],
    ),
    (
        "leaderboard",
        {"benchmark": "MedQuizz"},
        "metric_name kind value unit subject baseline",
        [
            ("accuracy", "absolute", "71.4", "%", "Lantern", ""),
            ("accuracy", "absolute", "66", "%", "BaseChat", ""),
            ("accuracy", "improvement", "7.5", "points", "Heron-7B", "Lantern"),
        ],
    ),
    ("leaderboard", {"benchmark": "MedQuizz", "metric": "F1"}, "value", []),
    (
        "leaderboard",
        {"benchmark": "ClinNotes", "metric": "F1 score"},
        "value subject",
        [("0.81", "local attention network")],
    ),
    ("data-together", {}, "label other_label papers", [("ClinNotes", "MedQuizz", "1")]),
    (
        "methods-together",
        {},
        "label other_label papers",
        [
            ("Lantern", "reinforcement learning", "1"),
            ("group relative policy optimization", "Lantern", "1"),
        ],
    ),
    (
        "occurs-with",
        {"entity": "ClinNotes", "type": "Method"},
        "label papers",
        [("Lantern", "1"), ("local attention network", "1"), ("reinforcement learning", "1")],
    ),
    (
        "introduced-and-used",
        {"paper": "2501.00001"},
        "label relation title",
        [("Lantern", "comparesWith", HERON), ("Lantern", "uses", HERON)],
    ),
    ("introduced-and-used", {"paper": "2502.00002"}, "label", []),
    ("influential-papers", {}, "others title", [("2", MEDQUIZZ), ("1", CLIN), ("1", LANTERN)]),
    (
        "evidence",
        {"paper": "arXiv:2502.00002v1", "entity": "Lantern"},
        "relation name sentence",
        [
            ("comparesWith", "Lantern", SAYS_LANTERN),
            ("comparesWith", "Lantern", GAINS),
            ("uses", "Lantern", SAYS_LANTERN),
            ("uses", "Lantern", GAINS),
        ],
    ),
    (
        "evidence",
        {"paper": "2501.00001", "relation": "introduces"},
        "sentence",
        [(LANTERN,), ("We propose Lantern, which extends GRPO with a reward for each step.",), (REACHES,)],
    ),
    ("aliases", {"entity": "RL"}, "label type aliases", [("reinforcement learning", "Method", "RL")]),
    (
        "aliases",
        {"type": "Metric"},
        "label aliases",
        [("accuracy", ""), ("F1", "F1 score")],
    ),
    ("papers-of-month", {"month": "2025-02"}, "issued title byline", [("2025-02-14", HERON, "Li Wei")]),
    ("papers-of-month", {"month": "2025-01"}, "title", [(LANTERN,)]),
    ("papers-of-month", {"month": "2023-01"}, "title", []),
    ("papers-of-list", {"list": "Medicine"}, "title", [(HERON,), (LANTERN,), (MEDQUIZZ,), (CLIN,)]),
    (
        "reading-lists",
        {},
        "title source papers",
        [("Evening reading", "evening.md", "3"), ("Medicine", "medicine.bib", "4")],
    ),
    (
        "results-of-paper",
        {"paper": "2501.00001"},
        "subject benchmark metric value unit kind sentence",
        [
            ("Lantern", "MedQuizz", "accuracy", "71.4", "%", "absolute", REACHES),
            ("BaseChat", "MedQuizz", "accuracy", "66", "%", "absolute", REACHES),
        ],
    ),
    (
        "related-papers",
        {"paper": "2501.00001"},
        "title shared weight",
        [(HERON, "3", "1.33"), (MEDQUIZZ, "3", "1.33")],
    ),
    ("most-used", {"type": "benchmark"}, "label type papers", [("MedQuizz", "Benchmark", "3")]),
    (
        "paper-links",
        {"paper": "2502.00002"},
        "link other_title via sentence",
        [
            ("usesDataFrom", CLIN, "ClinNotes", SAYS_LANTERN),
            ("usesDataFrom", MEDQUIZZ, "MedQuizz", GAINS),
            ("usesMethodIn", LANTERN, "Lantern", SAYS_LANTERN),
            ("usesMethodIn", LANTERN, "Lantern", GAINS),
        ],
    ),
    (
        "entities-of-paper",
        {"paper": "10.5555/clin.2023.4"},
        "relation label type",
        [
            ("introduces", "ClinNotes", "Dataset"),
            ("measures", "F1", "Metric"),
            ("uses", "local attention network", "Method"),
        ],
    ),
    ("papers-by-author", {"author": "WEI"}, "title", [(HERON,), (LANTERN,), (MEDQUIZZ,)]),
    (
        "papers-with-code",
        {},
        "title code",
        [(LANTERN, "https://example.org/code/lantern"), (MEDQUIZZ, "https://example.org/code/medquizz")],
    ),
    ("papers-by-year", {"entity": "MedQuizz"}, "year papers", [("2024", "1"), ("2025", "2")]),
]


def rows(store: Store, name: str, params: dict[str, str], columns: str) -> list[tuple[str, ...]]:
    answer = run_saved(store, saved_query(name), params)
    wanted = [answer.variables.index(column) for column in columns.split()]
    return [tuple(_value(row[index]) for index in wanted) for row in answer]


def _value(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return re.sub(r"https://w3id.org/paperkg/ontology#|http://purl.org/spar/cito/", "", term.value)
    return term.value if isinstance(term, ox.Literal) else ""


@pytest.mark.parametrize(("name", "params", "columns", "expected"), EXPECTED)
def test_a_saved_query_gives_the_right_rows(
    store: Store, name: str, params: dict[str, str], columns: str, expected: list[tuple[str, ...]]
) -> None:
    assert rows(store, name, params, columns) == expected


def test_the_graph_around_an_entity(store: Store) -> None:
    answer = run_saved(store, saved_query("neighbourhood"), {"entity": "GRPO"})
    triples = list(answer.triples())
    assert {triple.subject for triple in triples if triple.predicate.value.endswith("#uses")} == {
        ox.NamedNode(f"{ID}paper/arxiv-2501.00001")
    }
    assert ox.Literal("MedQuizz") in [triple.object for triple in triples]


def test_every_saved_query_is_tried_here() -> None:
    assert {query.name for query in saved_queries()} == {name for name, *_ in EXPECTED} | {"neighbourhood"}


def test_every_saved_query_says_what_it_asks() -> None:
    queries = saved_queries()
    assert len(queries) >= 18
    for query in queries:
        assert query.title != query.name, query.name
        assert query.description.endswith("."), query.name
        assert all(parameter.description for parameter in query.parameters), query.name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", query.name)


def test_an_endpoint_gives_the_same_rows(store: Store, endpoint: Store) -> None:
    for name, params, columns, expected in EXPECTED:
        assert rows(endpoint, name, params, columns) == expected, name


def test_what_is_shown_of_many_equals_is_the_same_in_every_store(tmp_path: Path) -> None:
    """Each store holds its rows in another order, and a limit cuts among things that as many papers name."""
    thing = (
        "<entity/thing-{0}> a kg:{1} ; skos:prefLabel 'thing {0}' ; "
        "skos:altLabel 'T{0}', 'a thing ({0})', 't {0}' . "
        "<paper/{2}> a kg:Paper ; dcterms:title 'paper {2}' ; kg:mentions <entity/thing-{0}> ; "
        "kg:introduces <entity/thing-{0}> . <paper/other-{2}> kg:uses <entity/thing-{0}> .\n"
    )
    (tmp_path / "graph.ttl").write_text(
        f"@base <{ID}> .\n"
        + "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("dcterms", "kg", "skos"))
        + "".join(thing.format(n, "Method" if n % 3 else "Dataset", n // 20) for n in range(1200))
        + "".join(f"<paper/{n}> kg:mentions <entity/thing-0> .\n" for n in range(60))
    )
    on_disk = ox.Store(tmp_path / "store")
    on_disk.load(path=tmp_path / "graph.ttl", format=ox.RdfFormat.TURTLE)
    on_disk.flush()
    del on_disk
    stores = OxigraphStore(tmp_path / "graph.ttl"), OxigraphStore(tmp_path / "store")
    asked: list[tuple[str, dict[str, str]]] = [
        *((query.name, {}) for query in saved_queries() if not any(p.required for p in query.parameters)),
        ("occurs-with", {"entity": "thing 0"}),
        ("related-papers", {"paper": "paper 7"}),
    ]
    for name, params in asked:
        one, other = ([list(row) for row in run_saved(store, saved_query(name), params)] for store in stores)
        assert one == other, name
    most_used = rows(stores[0], "most-used", {"type": "method"}, "label papers")
    assert most_used[:2] == [("thing 1", "1"), ("thing 10", "1")]
    aliases = rows(stores[0], "aliases", {}, "label aliases")
    assert len(aliases) == 1000
    assert ("thing 10", "T10; a thing (10); t 10") in aliases


def test_a_paper_about_a_task_and_a_narrower_one_is_one_row(tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").write_text(
        f"@base <{ID}> .\n"
        + "".join(f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("dcterms", "kg", "skos"))
        + "<entity/qa> a kg:Task ; skos:prefLabel 'question answering' .\n"
        "<entity/vqa> a kg:Task ; skos:prefLabel 'visual question answering' ; skos:broader <entity/qa> .\n"
        "<paper/1> a kg:Paper ; dcterms:title 'Seeing' ; kg:addresses <entity/qa>, <entity/vqa> .\n"
    )
    graph = OxigraphStore(tmp_path / "graph.ttl")
    both = [("Seeing", "question answering; visual question answering")]
    assert rows(graph, "papers-about", {"task": "question answering"}, "title tasks") == both


INJECTIONS = [
    'GRPO" } DROP',
    "GRPO> } ; DROP ALL",
    'x" . ?s ?p ?o }#',
    "\\u0022 }",
    "}",
    "'''",
    "?method",
    "$method",
]


@pytest.mark.parametrize("value", INJECTIONS)
def test_a_value_is_never_part_of_the_query(store: Store, value: str) -> None:
    with pytest.raises(UsageError, match="nothing in the graph is named"):
        run_saved(store, saved_query("papers-using"), {"method": value})
    assert rows(store, "papers-by-author", {"author": value}, "title") == []


def test_a_string_with_quotes_is_found_as_it_is(store: Store, endpoint: Store, tmp_path: Path) -> None:
    text = (
        "# @title Titles\n# @param part string required A part of it\n"
        "SELECT ?title { ?p a kg:Paper ; dcterms:title ?title FILTER(CONTAINS(?title, ?part)) }\n"
    )
    (tmp_path / "titles.rq").write_text(text)
    query = saved_query("titles", tmp_path)
    for graph in (store, endpoint):
        assert len(list(run_saved(graph, query, {"part": '| "quotes" \x1b'}))) == 1
        assert len(list(run_saved(graph, query, {"part": '" || true || "'}))) == 0


def test_parameters_that_are_missing_unknown_or_wrong(store: Store) -> None:
    def message(name: str, **params: str) -> str:
        with pytest.raises(UsageError) as caught:
            run_saved(store, saved_query(name), params)
        return str(caught.value)

    assert "papers-using needs --param method=…" in message("papers-using")
    assert "has no parameter 'metod'; its parameters: method (entity, required)" in message(
        "papers-using", method="GRPO", metod="x"
    )
    assert "has no parameter 'x'; it takes none" in message("reading-lists", x="1")
    assert "--param method: nothing in the graph is named 'GRP'; did you mean 'GRPO'?" in message(
        "papers-using", method="GRP"
    )
    assert "may be one of several" in message("papers-using", method="LAN")
    assert "'2025-13' is no month; write it as in 2025-05" in message("papers-of-month", month="2025-13")
    assert "'many' is no whole number" in message("metrics-by-papers", least="many")
    assert "there is no entity type 'modle'; choose one of Task, Method" in message("most-used", type="modle")
    assert "there is no relation 'likes'" in message("papers-mentioning", entity="RL", relation="likes")
    assert "there is no reading list 'medicin'; did you mean 'Medicine'?" in message(
        "papers-of-list", list="medicin"
    )


@pytest.mark.parametrize("name", ["medicine", "MEDICINE", "list:medicine", f"{ID}list/medicine"])
def test_a_reading_list_by_any_of_its_names(store: Store, name: str) -> None:
    assert len(rows(store, "papers-of-list", {"list": name}, "title")) == 4


@pytest.mark.parametrize("relation", ["trainsOn", "kg:trainsOn", "trains-on", "trains on", "TRAINSON"])
def test_a_relation_in_any_spelling(store: Store, relation: str) -> None:
    assert rows(store, "papers-mentioning", {"entity": "ClinNotes", "relation": relation}, "title") == [
        (HERON,)
    ]


def test_an_unknown_query_gets_the_nearest_suggested() -> None:
    with pytest.raises(UsageError, match=r"no saved query 'papers-usin'; did you mean 'papers-using'"):
        saved_query("papers-usin")
    with pytest.raises(UsageError, match="kg query --list shows them all"):
        saved_query("zzz")


def test_a_folder_of_ones_own_goes_first(store: Store, tmp_path: Path) -> None:
    (tmp_path / "papers-using.rq").write_text(
        "# @title Mine\n# @description In two\n#   lines.\n"
        "# @param what entity required It\n# @param least integer default=0 n\n"
        "SELECT ?what ?paper WHERE { ?paper kg:uses ?what FILTER($least < 1) }\n",
        encoding="utf-8",
    )
    (tmp_path / "notes.txt").write_text("no query")
    (tmp_path / "bare.rq").write_text("ASK { }")
    assert [query.name for query in saved_queries(tmp_path)] == ["bare", "papers-using"]
    bare, mine = saved_queries(tmp_path)
    assert (bare.title, bare.description, bare.parameters) == ("bare", "", ())
    assert (mine.title, mine.description) == ("Mine", "In two lines.")
    assert [str(parameter) for parameter in mine.parameters] == [
        "what (entity, required)",
        "least (integer, default 0)",
    ]
    assert saved_query("papers-using", tmp_path).title == "Mine"
    assert saved_query("leaderboard", tmp_path).name == "leaderboard"


def test_a_selected_parameter_is_in_the_answer(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine.rq").write_text(
        "# @param method entity required It\nSELECT ?method ?paper WHERE { ?paper kg:uses ?method }"
    )
    found = list(run_saved(store, saved_query("mine", tmp_path), {"method": "GRPO"}))
    assert [[_value(term).rpartition("/")[2] for term in row] for row in found] == [
        ["group-relative-policy-optimization", "arxiv-2501.00001"]
    ]


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        ("# @title\n", 1, "@title is empty"),
        ("# @title One\n# @title Two\n", 2, "@title is given twice"),
        ("# @titel One\n", 1, "unknown tag @titel; there are @title, @description and @param"),
        ("# @title One\n#\n# @param x\n", 3, "malformed parameter 'x'; write '# @param NAME TYPE"),
        ("# @param x thing required It\n", 1, "malformed parameter"),
        ("# @param x entity perhaps It\n", 1, "malformed parameter"),
        ("# @param x entity required It\n# @param x paper required It\n", 2, "declared twice"),
        ("# @param y entity required It\n", 1, "the query has no variable ?y"),
    ],
)
def test_a_malformed_header_is_told_with_its_line(
    tmp_path: Path, header: str, line: int, message: str
) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(header + "SELECT ?x WHERE { ?x a kg:Paper }\n")
    with pytest.raises(KgError) as caught:
        saved_queries(tmp_path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert message in str(caught.value)


def test_an_invalid_saved_query_is_told_with_its_file_and_line(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text("# @title Mine\n\nSELECT ?x WHERE {\n  ?x kg:uses\n}\n")
    with pytest.raises(UsageError) as caught:
        run_saved(store, saved_query("mine", tmp_path))
    assert str(caught.value).startswith(f"{path}: line 5, column 1: ")


def test_folders_and_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="can't be read as a folder"):
        saved_queries(tmp_path / "none")
    (tmp_path / "latin.rq").write_bytes(b"# @title M\xfcde\nASK { }")
    with pytest.raises(KgError, match="not UTF-8"):
        saved_queries(tmp_path)
