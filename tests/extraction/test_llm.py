"""A language model's records, asked from a real server that speaks the protocol, well and badly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest

import kg
from kg.extraction import make_extractor
from kg.extraction.protocol import Outcome
from kg.vocabulary import load_vocabulary
from tests.extraction.test_extractor import check, entity

pytest.importorskip("httpx", reason="needs the extra llm (httpx)")
from kg.extraction.llm import KEY_VARIABLE

VOCABULARY = load_vocabulary()
TITLE = "ZorbNet: maps from glaciers"
ABSTRACT = (
    "We propose ZorbNet, which learns with Group Relative Policy Optimization (GRPO). It reaches 81.2% "
    "accuracy on GlacierBench and outperforms FluxNet by +3.1 points. ZorbNet draws 81.2 maps an hour."
)
KEY = "sk-test-0123456789-very-secret"


def named(name: str, type_: str, relation: str, quote: str, *aliases: str) -> dict[str, Any]:
    return {
        "name": name, "aliases": list(aliases), "type": type_,
        "relations": [{"relation": relation, "quote": quote}],
    }  # fmt: skip


def row(**parts: str | None) -> dict[str, Any]:
    return {"subject": None, "benchmark": None, "metric": None, "baseline": None, **parts}


GOOD = {
    "entities": [
        named("ZorbNet", "Method", "introduces", "We propose ZorbNet"),
        named("Group Relative Policy Optimization", "Method", "uses",
              "learns with Group Relative Policy Optimization (GRPO)", "GRPO"),
        named("glacierbench", "Benchmark", "evaluatesOn", "accuracy on GlacierBench"),
        named("accuracy", "Metric", "measures", "81.2% accuracy"),
        named("FluxNet", "Method", "comparesWith", "outperforms FluxNet by"),
    ],
    "results": [
        row(subject="ZorbNet", benchmark="GlacierBench", metric="accuracy", value="81.2", kind="absolute"),
        row(subject="ZorbNet", baseline="FluxNet", value="+3.1", kind="improvement"),
    ],
}  # fmt: skip
LYING = {
    "entities": [
        *GOOD["entities"],
        named("GPT-4", "Model", "comparesWith", "better than GPT-4"),
        named("maps", "Dataset", "uses", "We use the maps of others"),
        named("glaciers", "Dataset", "uses", "We propose ZorbNet"),
        named("hour", "Wizard", "uses", "an hour"),
        named("draws", "Method", "measures", "draws"),
        "no object",
        {"name": 7},
        {"name": "learns", "aliases": None, "type": ["Method"], "relations": "uses"},
    ],
    "results": [
        *GOOD["results"],
        row(subject="ZorbNet", value="99.9", kind="absolute"),
        row(subject="GPT-4", value="81.2", kind="absolute"),
        row(subject="ZorbNet", metric="ZorbNet", value="81.2", kind="absolute"),
        row(subject="ZorbNet", value="sNaN", kind="rumoured"),
        17,
    ],
}

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers as its server was told to for a title."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        paper = json.loads(body["messages"][-1]["content"])
        with self.server.lock:
            self.server.asked[paper["title"]] += 1
            self.number = self.server.asked[paper["title"]]
            self.server.bodies.append(body)
            self.server.keys.append(self.headers.get("Authorization"))
        self.server.answers.get(paper["title"], complete(GOOD))(self)

    def send(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.lock = Lock()
        self.released = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


def complete(content: object, finish: str = "stop") -> Answer:
    """A completion in the protocol's form; of an object its JSON."""
    text = content if isinstance(content, str | None) else json.dumps(content)
    message = {"role": "assistant", "content": text}
    answer = {"id": "1", "object": "chat.completion",
              "choices": [{"index": 0, "message": message, "finish_reason": finish}]}  # fmt: skip
    return lambda handler: handler.send(200, json.dumps(answer).encode())


def failing(status: int, times: int = 10_000, words: str = "no", **headers: str) -> Answer:
    """A status for the first so many requests."""

    def answer(handler: Handler) -> None:
        if handler.number > times:
            complete(GOOD)(handler)
        else:
            handler.send(status, json.dumps({"error": {"message": words}}).encode(), **headers)

    return answer


def hang(handler: Handler) -> None:
    handler.server.released.wait(60)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    one = Server()
    Thread(target=one.serve_forever, daemon=True).start()
    yield one
    one.released.set()
    one.shutdown()
    one.server_close()


def read(server: Server, titles: list[str] | str = TITLE, **options: str) -> list[Outcome]:
    settings = {"url": server.url, "model": "tiny", "timeout": "5", **options}
    extractor = make_extractor("llm", VOCABULARY, settings)
    titles = [titles] if isinstance(titles, str) else titles
    return list(extractor.extract_many((title, ABSTRACT) for title in titles))


def test_records_are_read_and_tied_to_their_quotes(server: Server) -> None:
    (outcome,) = read(server)
    assert outcome.problems == ()
    extraction = outcome.extraction
    assert extraction is not None
    check(TITLE, ABSTRACT, extraction)
    assert {one.name: (one.type, len(one.mentions)) for one in extraction.entities} == {
        "ZorbNet": ("Method", 3), "Group Relative Policy Optimization": ("Method", 2),
        "GlacierBench": ("Benchmark", 1), "accuracy": ("Metric", 1), "FluxNet": ("Method", 1),
    }  # fmt: skip
    zorb = entity(extraction, "ZorbNet")
    assert [(one.relation, one.evidence) for one in zorb.relations] == [("introduces", (1,))]
    rows = [(one.value, one.unit, one.kind, one.verbatim.text) for one in extraction.results]
    assert rows == [("81.2", "%", "absolute", "81.2%"), ("3.1", "points", "improvement", "+3.1 points")]
    assert server.keys == [f"Bearer {KEY}"]
    body = server.bodies[0]
    assert body["model"] == "tiny"
    assert body["response_format"]["type"] == "json_schema"
    assert body["temperature"] == 0


def test_what_does_not_stand_in_the_text_is_left_out_and_told(server: Server) -> None:
    server.answers[TITLE] = complete(LYING)
    (lying,) = read(server)
    server.answers.clear()
    (good,) = read(server)
    assert lying.extraction == good.extraction
    told = " ".join(lying.problems)
    for reason in (
        "2 names that are not in the text", "quotes that are not in the text", "no known type",
        "do not fit the type", "2 results whose number", "1 results of names", "wrong type",
    ):  # fmt: skip
        assert reason in told


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (complete("Here are the entities: ZorbNet"), "no JSON"),
        (complete('{"entities": ['), "no JSON"),
        (complete("[" * 100_000), "no JSON"),
        (complete("[]"), "no list"),
        (complete({"results": []}), "no list"),
        (complete(None), "no JSON"),
        (complete(GOOD, "length"), "cut off"),
        (lambda handler: handler.send(200, b"<html>hello</html>"), "no JSON"),
        (lambda handler: handler.send(200, b'{"choices": []}'), "no JSON"),
        (lambda handler: handler.send(200, b"x" * (5 << 20)), "no end"),
        (failing(400, words="too many tokens"), "too many tokens"),
    ],
)
def test_an_answer_that_is_none_costs_its_text_alone(server: Server, answer: Answer, words: str) -> None:
    server.answers["bad"] = answer
    one, bad, other = read(server, [TITLE, "bad", TITLE])
    assert one == other
    assert one.extraction
    assert bad.extraction is None
    assert words in bad.problems[0]


def test_json_in_a_fence_and_plain_json_mode_are_read(server: Server) -> None:
    server.answers[TITLE] = complete(f"```json\n{json.dumps(GOOD)}\n```")
    (outcome,) = read(server, response_format="json_object")
    assert outcome.extraction
    assert outcome.extraction.entities
    assert server.bodies[0]["response_format"] == {"type": "json_object"}


def test_a_busy_server_is_asked_again_when_it_says(server: Server) -> None:
    server.answers[TITLE] = failing(429, times=2, Retry_After="0")
    server.answers["later"] = failing(503, times=1, Retry_After="1")
    begin = time.monotonic()
    outcomes = read(server, [TITLE, "later"])
    assert time.monotonic() - begin >= 1
    assert all(one.extraction and one.extraction.entities for one in outcomes)
    assert (server.asked[TITLE], server.asked["later"]) == (3, 2)
    server.answers["tomorrow"] = failing(429, Retry_After="86400")
    with pytest.raises(kg.KgError, match="86400"):
        read(server, "tomorrow")


def test_a_server_that_fails_now_and_then_costs_what_it_failed_on(server: Server) -> None:
    server.answers["broken"] = failing(500)
    outcomes = read(server, ["broken", TITLE, "broken", TITLE], retries="1", parallel="1")
    assert [one.extraction is None for one in outcomes] == [True, False, True, False]
    assert "status 500" in outcomes[0].problems[0]
    assert server.asked["broken"] == 4


def test_a_server_that_fails_always_ends_the_build(server: Server) -> None:
    server.answers["broken"] = failing(500)
    with pytest.raises(kg.KgError, match="one text after the other"):
        read(server, ["broken"] * 50, retries="0")
    assert server.asked["broken"] < 10


def test_a_server_that_hangs_or_drips_is_not_waited_for(server: Server) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        while not handler.server.released.wait(0.1):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    server.answers["hangs"] = hang
    server.answers["drips"] = drip
    hangs, drips, good = read(server, ["hangs", "drips", TITLE], retries="0", timeout="1")
    assert "no answer" in hangs.problems[0]
    assert "no answer" in drips.problems[0]
    assert good.extraction


@pytest.mark.parametrize("status", [401, 403, 404, 302])
def test_a_wrong_key_or_address_ends_the_build_without_telling_the_key(server: Server, status: int) -> None:
    server.answers[TITLE] = failing(status, words=f"bad key {KEY}", Location="http://127.0.0.1:1/")
    with pytest.raises(kg.KgError, match=f"status {status}") as raised:
        read(server)
    assert KEY not in str(raised.value)
    server.answers[TITLE] = failing(422, words=f"odd key {KEY}")
    assert KEY not in str(read(server))


def test_no_server_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(f"@misc{{a, title={{{TITLE}}}}}")
    options = ["url=http://127.0.0.1:1/v1", "model=tiny", "retries=0"]
    done = subprocess.run(
        [sys.executable, "-m", "kg", "build", "a.bib", "--extractor", "llm",
         *(part for one in options for part in ("--extractor-option", one))],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "can't be reached" in done.stderr


def test_a_build_asks_again_only_for_what_failed(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        "".join(
            json.dumps({"id": f"2401.0000{n}", "title": title, "abstract": ABSTRACT}) + "\n"
            for n, title in enumerate([TITLE, "bad"])
        )
    )
    server.answers["bad"] = complete("nonsense")

    def build(**options: str) -> kg.BuildReport:
        return kg.build(
            str(tmp_path / "a.jsonl"), output=tmp_path / "out", cache=tmp_path / "cache", extractor="llm",
            extractor_options={"url": server.url, "model": "tiny", **options},
        )  # fmt: skip

    first = build()
    assert (first.counts.papers, first.counts.results, first.extracted) == (2, 2, 2)
    assert [problem.where for problem in first.problems] == ["2401.00001"]
    server.answers.clear()
    second = build(timeout="7", parallel="2")
    assert (second.extracted, second.counts.results, second.problems) == (1, 4, ())
    assert (server.asked[TITLE], server.asked["bad"]) == (1, 2)
    assert kg.validate(kg.open_store(tmp_path / "out")).conforms
    assert build(model="other").extracted == 2
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes()


def test_the_fingerprint_is_that_of_the_model_and_the_question(server: Server) -> None:
    def fingerprint(**options: str) -> str:
        settings = {"url": server.url, "model": "tiny", **options}
        return make_extractor("llm", VOCABULARY, settings).fingerprint

    assert fingerprint(url="http://else.example/v1/", timeout="9", parallel="1") == fingerprint()
    assert len({fingerprint(), fingerprint(model="other"), fingerprint(response_format="json_object")}) == 3


def test_ctrl_c_does_not_wait_for_the_endpoint(server: Server, tmp_path: Path) -> None:
    server.answers[TITLE] = hang
    (tmp_path / "a.bib").write_text(f"@misc{{a, title={{{TITLE}}}}}")
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "build", "a.bib", "--extractor", "llm",
         "--extractor-option", f"url={server.url}", "--extractor-option", "model=tiny"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not server.asked[TITLE] and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors.count("\n")) == (130, 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"model": "m"}, "url"),
        ({"url": "http://x/v1"}, "model"),
        ({"url": "ftp://x/v1", "model": "m"}, "http://"),
        ({"url": "http://me:pass@x/v1", "model": "m"}, KEY_VARIABLE),
        ({"url": "http://x/v1", "model": "m", "timeout": "soon"}, "timeout"),
        ({"url": "http://x/v1", "model": "m", "parallel": "0"}, "parallel"),
        ({"url": "http://x/v1", "model": "m", "response_format": "xml"}, "json_object"),
        ({"url": "http://x/v1", "model": "m", "key": "sk-1"}, "url"),
    ],
)
def test_wrong_options_are_told(options: dict[str, str], words: str) -> None:
    with pytest.raises(kg.UsageError, match=words) as raised:
        make_extractor("llm", VOCABULARY, options)
    assert "pass@" not in str(raised.value)
