from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kg.errors import KgError, UsageError
from kg.records import Paper, Problem, ReadingList
from kg.sources.arxiv_api import ArxivSettings, complete, fetch_ids, read_arxiv, search
from tests.sources import arxiv_server as arxiv
from tests.sources.arxiv_server import ArxivServer, Served


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with ArxivServer() as running:
        yield running


@pytest.fixture
def problems() -> list[Problem]:
    return []


def settings(server: ArxivServer, **changes: float | int) -> ArxivSettings:
    return replace(ArxivSettings(url=server.url, delay=0.0, timeout=5.0, retries=3), **changes)  # type: ignore[arg-type]


def served(count: int, topic: str = "turtles") -> list[Served]:
    return [
        Served(f"2403.{n:05d}", f"On {topic}, part {n}", (f"We count {topic} {n} times.",))
        for n in range(1, count + 1)
    ]


def test_a_paper_is_read_with_its_texts_cleaned(server: ArxivServer, problems: list[Problem]) -> None:
    server.papers = [
        Served(
            "2403.00001",
            "Counting\n  Turtles with $\\alpha$-trees",
            ('We gain 12\\% over\nG\\"odel trees.', "Second version, 13\\% more\nthan before."),
            authors=("Ana de la Fuente", 'Kurt G\\"odel'),
            doi="10.1000/ABC.1",
            comment="Code: https://github.com/ana/turtles.",
        )
    ]
    papers = list(fetch_ids(["2403.00001"], on_problem=problems.append, settings=settings(server)))
    assert papers == [
        Paper(
            title="Counting Turtles with α-trees",
            abstract="Second version, 13% more than before.",
            authors=("Ana de la Fuente", "Kurt Gödel"),
            issued="2024-03-05",
            arxiv_id="2403.00001",
            arxiv_version=2,
            doi="10.1000/abc.1",
            url="https://arxiv.org/abs/2403.00001",
            code_url="https://github.com/ana/turtles",
        )
    ]
    assert not problems


def test_the_version_that_was_asked_for_is_read(server: ArxivServer, problems: list[Problem]) -> None:
    server.papers = [Served("hep-th/9901001", "Strings", ("first text", "second text", "third text"))]
    asked = [
        "https://arxiv.org/abs/hep-th/9901001v2",
        "hep-th/9901001",
        "arXiv:hep-th/9901001v2",
        "hep-th/9901001v7",
    ]
    papers = list(fetch_ids(asked, on_problem=problems.append, settings=settings(server)))
    assert [(p.abstract, p.arxiv_version) for p in papers] == [("second text", 2), ("third text", 3)]
    assert [p.where for p in problems] == ["arXiv:hep-th/9901001v7"]


def test_ids_are_asked_for_in_batches_and_given_in_order(
    server: ArxivServer, problems: list[Problem]
) -> None:
    server.papers = served(25)
    ids = [paper.id for paper in reversed(server.papers)]
    papers = list(fetch_ids(ids, on_problem=problems.append, settings=settings(server, batch=10)))
    assert [paper.arxiv_id for paper in papers] == ids
    assert [len(query["id_list"].split(",")) for query in server.queries] == [10, 10, 5]
    assert not problems


def test_unknown_ids_are_reported_one_by_one(server: ArxivServer, problems: list[Problem]) -> None:
    server.papers = served(3)
    ids = ["2403.00001", "2403.99999", "no id", "2403.00003", "2312.00001"]
    papers = list(fetch_ids(ids, on_problem=problems.append, settings=settings(server)))
    assert [paper.arxiv_id for paper in papers] == ["2403.00001", "2403.00003"]
    assert sorted(problem.where for problem in problems) == ["arXiv:2312.00001", "arXiv:2403.99999", "no id"]
    assert len(server.queries) == 1


def test_an_id_that_arxiv_refuses_does_not_spoil_its_batch(
    server: ArxivServer, problems: list[Problem]
) -> None:
    server.papers = served(4)
    refusal = arxiv.error_feed("incorrect id format for 2403.00003")

    def refuse(handler: arxiv.Handler) -> None:
        if "2403.00003" in handler.query["id_list"]:
            server.faults.extend([refuse] * (len(handler.query["id_list"].split(",")) > 1))
            handler.reply(refusal, status=400)
        else:
            server.faults.append(refuse)
            handler.reply(server.answer(handler.query))

    server.faults.append(refuse)
    ids = [paper.id for paper in server.papers]
    papers = list(fetch_ids(ids, on_problem=problems.append, settings=settings(server)))
    assert [paper.arxiv_id for paper in papers] == ["2403.00001", "2403.00002", "2403.00004"]
    assert [problem.where for problem in problems] == ["arXiv:2403.00003"]


def test_a_search_follows_its_pages(server: ArxivServer, problems: list[Problem]) -> None:
    server.papers = served(23)
    papers = list(search("all:turtles", 100, on_problem=problems.append, settings=settings(server, batch=10)))
    assert [paper.arxiv_id for paper in papers] == [paper.id for paper in server.papers]
    assert {paper.lists for paper in papers} == {(ReadingList("all:turtles", "arxiv:all:turtles"),)}
    assert [query["start"] for query in server.queries] == ["0", "10", "20"]
    assert not problems


@pytest.mark.parametrize("limit", [1, 10, 15])
def test_a_limit_is_kept(server: ArxivServer, problems: list[Problem], limit: int) -> None:
    server.papers = served(30)
    papers = list(search("turtles", limit, on_problem=problems.append, settings=settings(server, batch=10)))
    assert len(papers) == limit
    assert len(server.queries) == (limit + 9) // 10
    assert not problems


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_is_wrong_usage(server: ArxivServer, problems: list[Problem], limit: int) -> None:
    with pytest.raises(UsageError, match="1 or more"):
        search("turtles", limit, on_problem=problems.append, settings=settings(server))
    assert not server.queries


def test_an_empty_query_is_wrong_usage(server: ArxivServer, problems: list[Problem]) -> None:
    with pytest.raises(UsageError, match="empty"):
        read_arxiv("arxiv: ", on_problem=problems.append, settings=settings(server))


def test_a_query_without_results_is_said(server: ArxivServer, problems: list[Problem]) -> None:
    assert not list(search("unicorns", 5, on_problem=problems.append, settings=settings(server)))
    assert [problem.where for problem in problems] == ["arxiv:unicorns"]


@pytest.mark.parametrize(
    "fault",
    [
        arxiv.busy(),
        arxiv.busy(429),
        arxiv.html,
        arxiv.rate_exceeded,
        arxiv.empty_page,
        arxiv.cut_feed,
        arxiv.drop,
        arxiv.hang_up,
    ],
    ids=["503", "429", "html", "rate", "empty", "cut", "drop", "hang-up"],
)
@pytest.mark.parametrize("page", [0, 1])
def test_a_passing_fault_costs_nothing(
    server: ArxivServer, problems: list[Problem], fault: arxiv.Fault, page: int
) -> None:
    server.papers = served(25)
    right: arxiv.Fault = lambda handler: handler.reply(server.answer(handler.query))  # noqa: E731
    server.faults.extend([right] * page + [fault, fault])
    papers = list(search("turtles", 100, on_problem=problems.append, settings=settings(server, batch=10)))
    assert len({paper.arxiv_id for paper in papers}) == len(papers) == 25
    assert len(server.queries) == 5
    assert not problems


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (arxiv.busy(), "HTTP 503"),
        (arxiv.html, "no whole Atom feed"),
        (arxiv.rate_exceeded, "rate limit"),
        (arxiv.cut_feed, "no whole Atom feed"),
        (arxiv.empty_page, "empty page"),
        (arxiv.drop, "dropped"),
        (arxiv.hang_up, "dropped"),
    ],
    ids=["503", "html", "rate", "cut", "empty", "drop", "hang-up"],
)
def test_a_lasting_fault_is_one_clear_line(
    server: ArxivServer, problems: list[Problem], fault: arxiv.Fault, said: str
) -> None:
    server.papers = served(3)
    server.faults.extend([fault] * 50)
    with pytest.raises(KgError, match=said) as caught:
        list(search("turtles", 10, on_problem=problems.append, settings=settings(server, retries=2)))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(server.url)
    assert len(server.queries) == 3


def test_what_was_read_before_a_lasting_fault_is_kept(server: ArxivServer, problems: list[Problem]) -> None:
    server.papers = served(25)
    right: arxiv.Fault = lambda handler: handler.reply(server.answer(handler.query))  # noqa: E731
    server.faults.extend([right] + [arxiv.busy()] * 50)
    papers = list(search("turtles", 100, on_problem=problems.append, settings=settings(server, batch=10)))
    assert len(papers) == 10
    assert "only 10 papers were read" in problems[0].message

    ids = [paper.id for paper in server.papers]
    server.faults = type(server.faults)([right] + [arxiv.busy()] * 50)
    papers = list(fetch_ids(ids, on_problem=problems.append, settings=settings(server, batch=10)))
    assert len(papers) == 10
    assert "from 2403.00011 on" in problems[1].message
    assert len(problems) == 2


def test_the_waits_grow_and_the_pause_is_kept_between_calls(
    server: ArxivServer, problems: list[Problem]
) -> None:
    server.papers = served(1)
    server.faults.extend([arxiv.busy()] * 2)
    patient = settings(server, delay=0.1)
    list(fetch_ids(["2403.00001"], on_problem=problems.append, settings=patient))
    list(search("turtles", 1, on_problem=problems.append, settings=patient))
    first, second, third = (b - a for a, b in zip(server.times, server.times[1:], strict=False))
    assert first >= 0.1
    assert second >= 0.2
    assert third >= 0.1


def test_retry_after_is_respected(server: ArxivServer, problems: list[Problem]) -> None:
    server.papers = served(1)
    server.faults.append(arxiv.busy(503, "1"))
    assert list(fetch_ids(["2403.00001"], on_problem=problems.append, settings=settings(server)))
    assert server.times[1] - server.times[0] >= 1.0


def test_a_long_pause_is_left_to_the_user(server: ArxivServer, problems: list[Problem]) -> None:
    server.faults.append(arxiv.busy(429, "7200"))
    with pytest.raises(KgError, match="pause of 7200 seconds; try again after that"):
        list(fetch_ids(["2403.00001"], on_problem=problems.append, settings=settings(server)))
    assert len(server.queries) == 1


def test_a_server_that_never_answers_is_given_up(server: ArxivServer, problems: list[Problem]) -> None:
    opened = threading.Event()
    server.faults.extend([arxiv.slow(opened)] * 2)
    with pytest.raises(KgError, match=r"did not answer within 0\.2 seconds"):
        list(
            fetch_ids(
                ["2403.00001"], on_problem=problems.append, settings=settings(server, timeout=0.2, retries=1)
            )
        )
    opened.set()


def test_without_a_network_the_user_is_told_at_once(problems: list[Problem]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = ArxivSettings(url=f"http://127.0.0.1:{closed.getsockname()[1]}/api/query", retries=1000)
        with pytest.raises(KgError, match="cannot be reached; check the network"):
            list(search("turtles", 5, on_problem=problems.append, settings=nobody))


def test_a_refused_query_is_not_repeated(server: ArxivServer, problems: list[Problem]) -> None:
    server.faults.append(
        lambda handler: handler.reply(arxiv.error_feed("unbalanced parentheses"), status=400)
    )
    with pytest.raises(KgError, match="unbalanced parentheses"):
        list(search("ti:(", 5, on_problem=problems.append, settings=settings(server)))
    assert len(server.queries) == 1


def test_entries_that_cannot_be_read_are_counted(server: ArxivServer, problems: list[Problem]) -> None:
    server.papers = served(5)
    server.faults.append(arxiv.undated("2403.00002", "2403.00004"))
    papers = list(search("turtles", 5, on_problem=problems.append, settings=settings(server)))
    assert "2403.00002" not in {paper.arxiv_id for paper in papers}
    assert len(problems) == 1
    assert "gave" in problems[0].message

    server.faults.append(arxiv.undated("2403.00002"))
    ids = [paper.id for paper in server.papers]
    assert len(list(fetch_ids(ids, on_problem=problems.append, settings=settings(server)))) == 4
    assert problems[1].where == "arXiv:2403.00002"


def test_a_source_is_an_id_a_url_or_a_query(
    server: ArxivServer, problems: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_ARXIV_URL", server.url)
    monkeypatch.setenv("KG_ARXIV_DELAY", "0")
    server.papers = served(12)
    for source in ("2403.00002", "arXiv:2403.00002v1", "https://arxiv.org/pdf/2403.00002v1.pdf"):
        [paper] = read_arxiv(source, on_problem=problems.append)
        assert (paper.arxiv_id, paper.lists) == ("2403.00002", ())
    assert len(list(read_arxiv("arxiv:turtles", on_problem=problems.append, limit=7))) == 7
    assert not problems


@pytest.mark.parametrize(
    ("name", "value"),
    [("KG_ARXIV_URL", "file:///etc/passwd"), ("KG_ARXIV_DELAY", "soon"), ("KG_ARXIV_DELAY", "nan")],
)
def test_settings_that_cannot_be_used_are_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name):
        ArxivSettings.from_environment()


def test_arxiv_is_asked_every_three_seconds_at_most_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KG_ARXIV_URL", raising=False)
    monkeypatch.delenv("KG_ARXIV_DELAY", raising=False)
    assert ArxivSettings.from_environment().delay >= 3
    assert ArxivSettings.from_environment().url == "https://export.arxiv.org/api/query"


def test_papers_without_an_abstract_are_completed(server: ArxivServer, problems: list[Problem]) -> None:
    mine = ReadingList("Mine", "mine.md")
    server.papers = [
        Served("2403.00001", "On Turtles", ("Turtles, old.", "Turtles, new."), doi="10.1000/1"),
        Served("2403.00002", "Hares: A Chain-of-Thought", ("Hares run.",), authors=("Grace Hopper",)),
        Served("2403.00003", "Snails", ("Snails rest.",), authors=("Alan Turing",)),
    ]
    has_all = Paper("Kept", abstract="As it is.", arxiv_id="2403.00001")
    papers = [
        Paper("Turtles (my title)", arxiv_id="2403.00001", arxiv_version=1, issued="2024-03", lists=(mine,)),
        has_all,
        Paper("Hares: a chain of thought", authors=("Hopper",), url="https://example.org/hares"),
        Paper("Snails", authors=("Donald Knuth",)),
        Paper("Hares"),
    ]
    steps: list[tuple[int, int]] = []
    done = complete(
        papers,
        on_problem=problems.append,
        settings=settings(server),
        on_progress=lambda at, of: steps.append((at, of)),
    )
    assert done[0] == replace(
        papers[0],
        abstract="Turtles, old.",
        authors=("Ada Lovelace",),
        issued="2024-03-05",
        doi="10.1000/1",
        url="https://arxiv.org/abs/2403.00001",
    )
    assert done[1] is has_all
    assert (done[2].abstract, done[2].arxiv_id, done[2].url) == ("Hares run.", "2403.00002", papers[2].url)
    assert done[3:] == papers[3:], "another author's paper, and a longer title, are other papers"
    assert [problem.where for problem in problems] == ["Snails", "Hares"]
    assert steps[-1] == (4, 4)


def test_nothing_to_complete_asks_nothing(server: ArxivServer, problems: list[Problem]) -> None:
    papers = [Paper("A", abstract="a")]
    assert complete(papers, on_problem=problems.append, settings=settings(server)) == papers
    assert not server.queries


def test_completion_without_network_is_an_error(server: ArxivServer, problems: list[Problem]) -> None:
    server.faults.extend([arxiv.busy()] * 50)
    for lacking in (Paper("On turtles", arxiv_id="2403.00001"), Paper("On turtles")):
        with pytest.raises(KgError, match="HTTP 503"):
            complete([lacking], on_problem=problems.append, settings=settings(server, retries=0))
