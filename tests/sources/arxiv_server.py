"""A local HTTP server that answers Atom as export.arxiv.org does, with its faults on demand."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

Fault = Callable[["Handler"], None]
"""Answers one request in place of the right answer."""


@dataclass(frozen=True)
class Served:
    """A paper as the server keeps it; ``abstracts`` holds one text for each version, from v1."""

    id: str
    title: str
    abstracts: tuple[str, ...]
    authors: tuple[str, ...] = ("Ada Lovelace",)
    published: str = "2024-03-05T17:59:59Z"
    doi: str = ""
    comment: str = ""


@dataclass
class ArxivServer:
    """Serves papers on loopback while it is entered; ``faults`` are used up first, one a request."""

    papers: list[Served] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    queries: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def __enter__(self) -> Self:
        bound = type("Bound", (Handler,), {"served_by": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), bound)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/api/query"

    def answer(self, query: dict[str, str]) -> str:
        """The feed for a request."""
        start, size = int(query.get("start", 0)), int(query.get("max_results", 10))
        ids = [i for i in query.get("id_list", "").split(",") if i]
        if bad := [i for i in ids if not re.fullmatch(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(v\d+)?", i)]:
            return error_feed(f"incorrect id format for {bad[0]}")
        if ids:
            found = [entry for i in ids if (entry := self._by_id(i))]
            # As arXiv does: unknown ids are counted, and pages past the end give papers again.
            return feed(found[start : start + size] or found[-1:], total=len(ids), start=start)
        entries = [
            entry_of(paper, len(paper.abstracts))
            for paper in self.papers
            if _matches(paper, query.get("search_query", ""))
        ]
        return feed(entries[start : start + size], total=len(entries), start=start)

    def _by_id(self, asked: str) -> str:
        bare, _, version = asked.partition("v")
        for paper in self.papers:
            if paper.id == bare and int(version or 1) <= len(paper.abstracts):
                return entry_of(paper, int(version or len(paper.abstracts)))
        return ""


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    served_by: ArxivServer

    def do_GET(self) -> None:
        owner = self.served_by
        self.query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        owner.times.append(monotonic())
        owner.queries.append(self.query)
        if owner.faults:
            owner.faults.popleft()(self)
        elif owner.answer(self.query).count("/api/errors"):
            self.reply(owner.answer(self.query), status=400)
        else:
            self.reply(owner.answer(self.query))

    def reply(
        self,
        body: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        kind: str = "application/atom+xml; charset=utf-8",
    ) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on standard error."""


def busy(status: int = 503, retry_after: str = "") -> Fault:
    """HTTP 503, with ``Retry-After`` where given."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return lambda handler: handler.reply("<html>busy</html>", status, headers, "text/html")


def html(handler: Handler) -> None:
    """A web page with status 200."""
    handler.reply("<!DOCTYPE html><html><body><p>Down for <br> maintenance</body></html>", kind="text/html")


def rate_exceeded(handler: Handler) -> None:
    """What arXiv says with status 200 to those who ask too often."""
    handler.reply("Rate exceeded.", kind="text/plain")


def empty_page(handler: Handler) -> None:
    """No entries, though there should be some."""
    handler.reply(feed([], total=1000, start=int(handler.query.get("start", 0))))


def cut_feed(handler: Handler) -> None:
    """A feed whose second half is missing, with the length of what is there."""
    whole = handler.served_by.answer(handler.query)
    handler.reply(whole[: len(whole) * 2 // 3])


def drop(handler: Handler) -> None:
    """The connection closes in the middle of the body."""
    data = handler.served_by.answer(handler.query).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "application/atom+xml")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2])
    handler.wfile.flush()
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """The connection closes without an answer."""
    handler.close_connection = True


def undated(*ids: str) -> Fault:
    """The right feed, in which these papers lack their dates."""

    def answer(handler: Handler) -> None:
        text = handler.served_by.answer(handler.query)
        for i in ids:
            text = re.sub(
                rf"(<id>http://arxiv.org/abs/{re.escape(i)}v\d+</id>)<updated>.*?</updated><published>.*?</published>",
                r"\1",
                text,
            )
        handler.reply(text)

    return answer


def slow(gate: threading.Event) -> Fault:
    """No answer until the gate opens."""

    def answer(handler: Handler) -> None:
        gate.wait(30)
        handler.close_connection = True

    return answer


def feed(entries: list[str], *, total: int, start: int) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom">\n'
        "<title>ArXiv Query</title><id>http://arxiv.org/api/x</id><updated>2026-01-01T00:00:00-05:00</updated>\n"
        '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"{total}</opensearch:totalResults>\n"
        '<opensearch:startIndex xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"{start}</opensearch:startIndex>\n" + "\n".join(entries) + "\n</feed>\n"
    )


def entry_of(paper: Served, version: int) -> str:
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
    extra = 'xmlns:arxiv="http://arxiv.org/schemas/atom"'
    doi = f"<arxiv:doi {extra}>{escape(paper.doi)}</arxiv:doi>" if paper.doi else ""
    comment = f"<arxiv:comment {extra}>{escape(paper.comment)}</arxiv:comment>" if paper.comment else ""
    address = f"http://arxiv.org/abs/{paper.id}v{version}"
    return (
        f"<entry><id>{address}</id><updated>{paper.published}</updated><published>{paper.published}</published>"
        f"<title>{escape(paper.title)}</title><summary>  {escape(paper.abstracts[version - 1])}\n</summary>"
        f'{authors}{doi}{comment}<link href="{address}" rel="alternate" type="text/html"/>'
        f'<category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/></entry>'
    )


def error_feed(message: str) -> str:
    return feed(
        [
            f"<entry><id>http://arxiv.org/api/errors#{message.replace(' ', '_')}</id><title>Error</title>"
            f"<summary>{escape(message)}</summary><updated>2026-01-01T00:00:00-05:00</updated>"
            "<author><name>arXiv api core</name></author></entry>"
        ],
        total=1,
        start=0,
    )


def _matches(paper: Served, query: str) -> bool:
    if phrase := re.fullmatch(r'ti:"(.+)"', query):
        return _words(phrase[1]) in _words(paper.title)
    text = _words(f"{paper.title} {paper.abstracts[-1]}")
    return all(_words(term.rpartition(":")[2]) in text for term in query.split(" AND "))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
