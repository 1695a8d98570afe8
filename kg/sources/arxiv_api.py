"""Papers from arXiv's API, through the package ``arxiv``.

The package builds the queries, follows the pages and reads the entries. What it lacks is added to its HTTP
session: a time limit, the pause between requests across all calls of the process, retries with growing waits
that honour ``Retry-After``, and a look at each answer before it is believed. Rules of the service:
https://info.arxiv.org/help/api/tou.html and https://info.arxiv.org/help/api/user-manual.html.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import arxiv  # type: ignore[import-untyped]
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import InvalidHeader, NewConnectionError

from kg.errors import KgError, UsageError
from kg.records import Paper, Problem, ReadingList
from kg.sources.bibliographic import author_names
from kg.sources.formats import OnProblem
from kg.sources.identifiers import ArxivId, find_code_url, parse_arxiv, parse_doi, repair_url
from kg.text import plain, slugify, tidy

__all__ = ["DEFAULT_LIMIT", "ArxivSettings", "complete", "fetch_ids", "read_arxiv", "search"]

DEFAULT_LIMIT = 100
"""Papers that a query gives unless more are asked for."""

_QUERY_PREFIX = "arxiv:"
_ATOM = "{http://www.w3.org/2005/Atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_BUSY = frozenset({429, 500, 502, 503, 504})
_TITLE_CANDIDATES = 10

logging.getLogger("arxiv").addHandler(logging.NullHandler())  # what it would say is said as a Problem


@dataclass(frozen=True, slots=True)
class ArxivSettings:
    """How arXiv is asked."""

    url: str = "https://export.arxiv.org/api/query"
    delay: float = 3.0
    """Seconds between two requests; arXiv's terms ask for three or more."""
    timeout: float = 30.0
    """Seconds that a connection, and each wait for more of an answer, may take."""
    retries: int = 4
    """How often a request that failed is sent again; the wait before each doubles, starting at `delay`."""
    longest_wait: float = 120.0
    """Seconds; when arXiv asks for a longer pause, the request fails at once and says so."""
    batch: int = 100
    """Ids or results in one request."""

    @classmethod
    def from_environment(cls) -> ArxivSettings:
        """The defaults, with ``KG_ARXIV_URL`` and ``KG_ARXIV_DELAY`` (seconds) where they are set.

        Raises:
            UsageError: One of them cannot be used.
        """
        defaults = cls()
        url = os.environ.get("KG_ARXIV_URL") or defaults.url
        if not repair_url(url):
            raise UsageError("this is no http or https address", where="KG_ARXIV_URL")
        try:
            delay = float(os.environ.get("KG_ARXIV_DELAY") or defaults.delay)
        except ValueError:
            delay = -1.0
        if not 0 <= delay <= 3600:
            raise UsageError("give a number of seconds", where="KG_ARXIV_DELAY")
        return cls(url=url, delay=delay)


def read_arxiv(
    source: str, *, on_problem: OnProblem, limit: int | None = None, settings: ArxivSettings | None = None
) -> Iterator[Paper]:
    """Papers of one source on arXiv: an id, an abs or pdf URL, or ``arxiv:QUERY``.

    Args:
        source: ``2505.17387v2``, ``https://arxiv.org/abs/hep-th/9901001``, ``arxiv:cat:cs.CL AND ti:trees``.
        on_problem: Called for what could not be read.
        limit: The most papers that a query gives; `DEFAULT_LIMIT` if not given.
        settings: How arXiv is asked; from the environment if not given.

    Raises:
        KgError: arXiv could not be reached, or refused the query.
        UsageError: The query is empty or the limit is not positive.
    """
    if parse_arxiv(source):
        return fetch_ids([source], on_problem=on_problem, settings=settings)
    query = source[len(_QUERY_PREFIX) :] if source.lower().startswith(_QUERY_PREFIX) else source
    return search(query, DEFAULT_LIMIT if limit is None else limit, on_problem=on_problem, settings=settings)


def fetch_ids(
    ids: Iterable[str], *, on_problem: OnProblem, settings: ArxivSettings | None = None
) -> Iterator[Paper]:
    """The papers with these ids, in the order in which they were asked for, each once.

    Args:
        ids: arXiv ids, old or new, with a version (that version's text is read) or without (the latest is).
        on_problem: Called once for each id that is none, or that arXiv does not know, and when the answers
            stop before the end.
        settings: How arXiv is asked; from the environment if not given.

    Raises:
        KgError: arXiv gave no answer at all.
    """
    client = _Client(settings)
    answered = False
    for batch in _batches(_distinct(ids, on_problem), client.settings.batch):
        try:
            found = _fetch(client, batch)
        except _Failure as failure:
            if not answered:
                raise failure.as_error(client.settings) from None
            on_problem(
                Problem(
                    client.settings.url,
                    f"{failure.reason}; the papers from {_spelled(batch[0])} on were not read;"
                    " run the same again later",
                )
            )
            return
        answered = True
        for asked in batch:
            if paper := _chosen(asked, found):
                yield paper
            else:
                on_problem(Problem(f"arXiv:{_spelled(asked)}", "arXiv has no such paper; check the id"))


def search(
    query: str,
    limit: int = DEFAULT_LIMIT,
    *,
    on_problem: OnProblem,
    settings: ArxivSettings | None = None,
) -> Iterator[Paper]:
    """Papers that arXiv finds for a query, the most relevant first, as a reading list named by the query.

    Args:
        query: In arXiv's query language, not URL-encoded: ``cat:cs.CL AND abs:"chain of thought"``.
        limit: The most papers to read; at least 1.
        on_problem: Called when the answers stop before the limit or the total is reached.
        settings: How arXiv is asked; from the environment if not given.

    Raises:
        KgError: arXiv could not be reached, or refused the query.
        UsageError: The query is empty or the limit is not positive.
    """
    query = " ".join(query.split())
    if not query:
        raise UsageError("the query is empty; write for example arxiv:ti:transformer", where="arxiv:")
    if limit < 1:
        raise UsageError(
            f"the limit of an arXiv query must be 1 or more, not {limit}", where=_QUERY_PREFIX + query
        )
    return _search(query, limit, on_problem, _Client(settings))


def complete(
    papers: Iterable[Paper],
    *,
    on_problem: OnProblem,
    settings: ArxivSettings | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Paper]:
    """The same papers in the same order, those that lack an abstract completed from arXiv.

    A paper with an arXiv id is asked for by it. One without is searched by its title, and what is found is
    taken only when its title is the same (as `slugify` compares them) and, where both name authors, they
    share one. What the paper already says stays; what it lacks is filled in.

    Args:
        papers: Any papers.
        on_problem: Called for each paper that stays without an abstract.
        settings: How arXiv is asked; from the environment if not given.
        on_progress: Called with how many of how many papers without an abstract have been looked up.

    Raises:
        KgError: arXiv gave no answer at all.
    """
    papers = list(papers)
    lacking = [i for i, paper in enumerate(papers) if not paper.abstract]
    by_id = {i: ArxivId(papers[i].arxiv_id, papers[i].arxiv_version) for i in lacking if papers[i].arxiv_id}
    client = _Client(settings)

    def progress(done: int) -> None:
        if on_progress:
            on_progress(done, len(lacking))

    found: dict[str, list[Paper]] = {}
    asked = dict.fromkeys(_spelled(arxiv_id) for arxiv_id in by_id.values())
    for done, paper in enumerate(fetch_ids(asked, on_problem=on_problem, settings=client.settings), 1):
        found.setdefault(paper.arxiv_id, []).append(paper)
        progress(done)
    for i, arxiv_id in by_id.items():
        if match := _chosen(arxiv_id, found):
            papers[i] = _completed(papers[i], match)

    answered = bool(found)
    for done, i in enumerate((i for i in lacking if i not in by_id), len(by_id) + 1):
        try:
            match = _by_title(client, papers[i])
        except _Failure as failure:
            if not answered:
                raise failure.as_error(client.settings) from None
            on_problem(
                Problem(
                    client.settings.url,
                    f"{failure.reason}; “{papers[i].title}” and the papers after it stay without an abstract;"
                    " run the same again later",
                )
            )
            break
        answered = True
        if match:
            papers[i] = _completed(papers[i], match)
        else:
            on_problem(Problem(papers[i].title, "it has no abstract, and arXiv has no paper of this title"))
        progress(done)
    return papers


def _search(query: str, limit: int, on_problem: OnProblem, client: _Client) -> Iterator[Paper]:
    where = _QUERY_PREFIX + query
    reading_list = ReadingList(query, where)
    seen: set[str] = set()
    try:
        for result in client.results(arxiv.Search(query=query, max_results=limit)):
            paper = _paper(result)
            if paper and paper.arxiv_id not in seen:
                seen.add(paper.arxiv_id)
                yield replace(paper, lists=(reading_list,))
    except _Failure as failure:
        if not seen:
            raise failure.as_error(client.settings) from None
        on_problem(
            Problem(where, f"{failure.reason}; only {len(seen)} papers were read; run the same again later")
        )
        return
    if not client.page.total:
        on_problem(Problem(where, "arXiv finds no paper for this query"))
    elif len(seen) < (expected := min(limit, client.page.total)):
        on_problem(Problem(where, f"arXiv counts {expected} papers, but gave {len(seen)} that can be read"))


def _fetch(client: _Client, batch: Sequence[ArxivId]) -> dict[str, list[Paper]]:
    """What arXiv has of the ids of one request, by id without version."""
    found: dict[str, list[Paper]] = {}
    ids = [_spelled(asked) for asked in batch]
    read = 0
    try:
        for result in client.results(arxiv.Search(id_list=ids, max_results=len(ids))):
            if paper := _paper(result):
                found.setdefault(paper.arxiv_id, []).append(paper)
            # The total counts unknown ids too; a second page would give papers again (arxiv.py issue 82).
            read += 1
            if read >= client.page.readable:
                break
    except _Failure as failure:
        if not failure.refused:
            raise
        if len(batch) > 1:  # one id that arXiv dislikes spoils the whole request
            middle = len(batch) // 2
            return _fetch(client, batch[:middle]) | _fetch(client, batch[middle:])
    return found


def _by_title(client: _Client, paper: Paper) -> Paper | None:
    """The one paper on arXiv of the same title and, where both name them, with an author in common."""
    slug = slugify(paper.title)
    words = " ".join(re.findall(r"[^\W_]+", paper.title))
    if not words:
        return None
    matches: dict[str, Paper] = {}
    try:
        for result in client.results(arxiv.Search(query=f'ti:"{words}"', max_results=_TITLE_CANDIDATES)):
            candidate = _paper(result)
            if candidate and slugify(candidate.title) == slug and _may_share_author(paper, candidate):
                matches.setdefault(candidate.arxiv_id, candidate)
    except _Failure as failure:
        if not failure.refused:
            raise
    return next(iter(matches.values())) if len(matches) == 1 else None


def _may_share_author(one: Paper, other: Paper) -> bool:
    families = [
        {slugify(name.split()[-1]) for name in paper.authors if name.split()} for paper in (one, other)
    ]
    return not all(families) or bool(families[0] & families[1])


def _completed(paper: Paper, found: Paper) -> Paper:
    return replace(
        paper,
        abstract=found.abstract,
        authors=paper.authors or found.authors,
        issued=found.issued if found.issued.startswith(paper.issued) else paper.issued,
        arxiv_id=found.arxiv_id,
        arxiv_version=found.arxiv_version,
        doi=paper.doi or found.doi,
        url=paper.url or found.url,
        code_url=paper.code_url or found.code_url,
    )


def _paper(result: arxiv.Result) -> Paper | None:
    arxiv_id = parse_arxiv(result.entry_id)
    if not arxiv_id:
        return None
    abstract = plain(result.summary)
    return Paper(
        title=plain(result.title),
        abstract=abstract,
        authors=author_names(plain(author.name) for author in result.authors),
        issued=result.published.date().isoformat(),
        arxiv_id=arxiv_id.id,
        arxiv_version=arxiv_id.version,
        doi=parse_doi(result.doi or ""),
        url=f"https://arxiv.org/abs/{arxiv_id.id}",
        code_url=find_code_url(result.comment or "") or find_code_url(abstract),
    )


def _chosen(asked: ArxivId, found: dict[str, list[Paper]]) -> Paper | None:
    """The version that was asked for, or the latest."""
    papers = [
        p
        for p in found.get(asked.id, ())
        if asked.version is None or p.arxiv_version in {asked.version, None}
    ]
    return max(papers, key=lambda paper: paper.arxiv_version or 0, default=None)


def _spelled(arxiv_id: ArxivId) -> str:
    return arxiv_id.id + (f"v{arxiv_id.version}" if arxiv_id.version else "")


def _distinct(ids: Iterable[str], on_problem: OnProblem) -> Iterator[ArxivId]:
    seen: set[ArxivId] = set()
    for text in ids:
        arxiv_id = parse_arxiv(text)
        if not arxiv_id:
            on_problem(Problem(text, "this is no arXiv id; write it as 2505.17387 or hep-th/9901001"))
        elif arxiv_id not in seen:
            seen.add(arxiv_id)
            yield arxiv_id


def _batches(ids: Iterable[ArxivId], size: int) -> Iterator[list[ArxivId]]:
    iterator = iter(ids)
    while batch := list(islice(iterator, size)):
        yield batch


class _Failure(requests.RequestException):
    """A request without an answer that can be used.

    Args:
        reason: What happened, as the first half of a sentence.
        advice: What to do, as its second half.
        final: Asking again would not help.
        refused: arXiv read the request and rejects it.
    """

    def __init__(
        self,
        reason: str,
        *,
        advice: str = "try again in a few minutes",
        final: bool = False,
        refused: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.final = final or refused
        self.refused = refused

    def as_error(self, settings: ArxivSettings) -> KgError:
        return KgError(f"{self.reason}; {self.advice}", where=settings.url)


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page of answers says of itself."""

    total: int = 0
    entries: int = 0
    readable: int = 0
    """Entries that have an id and both dates; the package leaves out the others."""


class _Client:
    """The package's client behind the gate."""

    def __init__(self, settings: ArxivSettings | None) -> None:
        self.settings = settings or ArxivSettings.from_environment()
        self.page = _Page()
        self._gate = _gate(self.settings)

    def results(self, search: arxiv.Search) -> Iterator[arxiv.Result]:
        """The results of a search; `page` is the one that the last of them stands on."""
        size = self.settings.batch
        client = arxiv.Client(min(search.max_results or size, size), delay_seconds=0, num_retries=0)
        client.query_url_format = self.settings.url + ("&{}" if "?" in self.settings.url else "?{}")
        client._session.mount("https://", self._gate)
        client._session.mount("http://", self._gate)
        self._gate.page = _Page()
        try:
            for result in client.results(search):
                self.page = self._gate.page
                yield result
        except _Failure:
            raise
        except (arxiv.ArxivError, ValueError) as error:
            raise _Failure(f"arXiv's answer cannot be used ({error})") from error
        self.page = self._gate.page


class _Gate(HTTPAdapter):
    """Sends each request politely and patiently, and lets only whole Atom feeds through."""

    def __init__(self, settings: ArxivSettings) -> None:
        super().__init__()
        self.page = _Page()
        self._settings = settings
        self._free_at = 0.0
        self._answered = False

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send a request, again until it is answered as arXiv answers or the retries are used up.

        Raises:
            _Failure: It was not answered so.
        """
        options["timeout"] = self._settings.timeout
        attempt = 0
        while True:
            time.sleep(max(0.0, self._free_at - time.monotonic()))
            wait = self._settings.delay * 2**attempt
            try:
                response = super().send(request, *args, **options)
                body = response.content  # read here, so that a connection that drops is noticed here
                self._answered = True
                if not response.is_redirect:
                    wait = max(wait, self._pause_asked_for(response))
                    self.page = _page(body, response.status_code, request.url or "")
                self._free_at = time.monotonic() + self._settings.delay
                return response
            except requests.RequestException as error:
                failure = error if isinstance(error, _Failure) else self._failure(error)
                self._free_at = time.monotonic() + wait
                if failure.final or attempt >= self._settings.retries:
                    raise failure from None
                attempt += 1

    def _pause_asked_for(self, response: requests.Response) -> float:
        """The seconds of ``Retry-After``, which may also be a date."""
        header = response.headers.get("Retry-After")
        if not header or response.status_code not in _BUSY:
            return 0.0
        try:
            seconds = Retry().parse_retry_after(header)
        except InvalidHeader:
            return 0.0
        if seconds > self._settings.longest_wait:
            raise _Failure(
                f"arXiv is busy (HTTP {response.status_code}) and asks for a pause of {seconds:.0f} seconds",
                advice="try again after that",
                final=True,
            )
        return seconds

    def _failure(self, error: requests.RequestException) -> _Failure:
        cause = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(error, requests.exceptions.SSLError):
            return _Failure(
                "the certificate of arXiv's server cannot be verified",
                advice="check the network's proxy and this machine's certificates",
                final=True,
            )
        unreachable = (requests.exceptions.ProxyError, requests.ConnectTimeout)
        if isinstance(cause, NewConnectionError) or isinstance(error, unreachable):
            return _Failure(
                "arXiv cannot be reached",
                advice="check the network, or build without arXiv sources and without --fetch",
                final=not self._answered,  # offline users are told at once
            )
        if isinstance(error, requests.Timeout):
            return _Failure(f"arXiv did not answer within {self._settings.timeout:g} seconds")
        return _Failure("the connection to arXiv dropped")


@lru_cache(maxsize=8)
def _gate(settings: ArxivSettings) -> _Gate:
    """One gate for all calls of the process, so that the pause is kept between them too."""
    return _Gate(settings)


def _page(body: bytes, status: int, url: str) -> _Page:
    """What an answer holds.

    Raises:
        _Failure: It is no whole feed, an error, or empty where there must be results.
    """
    try:
        # The parser of Python's own expat bounds the expansion of entities since 2.4.1 and fetches none.
        feed = ElementTree.fromstring(body)  # noqa: S314
    except ElementTree.ParseError:
        feed = None
    if feed is not None and feed.tag != f"{_ATOM}feed":
        feed = None
    entries = [] if feed is None else feed.findall(f"{_ATOM}entry")
    for entry in entries:
        if "/api/errors" in _child(entry, "id"):
            raise _Failure(
                f"arXiv refuses the request ({tidy(_child(entry, 'summary'))})",
                advice="see https://info.arxiv.org/help/api/user-manual.html for its query language",
                refused=True,
            )
    if status in _BUSY:
        raise _Failure(f"arXiv is busy (HTTP {status})")
    if status != requests.codes.ok:
        raise _Failure(
            f"arXiv answered HTTP {status}", final=True, refused=status == requests.codes.bad_request
        )
    if b"rate exceeded" in body[:1000].lower():
        raise _Failure("arXiv says that its rate limit is exceeded")
    if feed is None:
        raise _Failure("arXiv's answer is no whole Atom feed")
    total = _child(feed, "totalResults", _OPENSEARCH)
    page = _Page(
        total=int(total) if total.isdecimal() else 0,
        entries=len(entries),
        readable=sum(_is_readable(entry) for entry in entries),
    )
    asked = parse_qs(urlsplit(url).query)
    start = int(asked.get("start", ["0"])[0])
    if not page.entries and "id_list" not in asked and (start or page.total):
        raise _Failure("arXiv gave an empty page where results should be")
    return page


def _is_readable(entry: ElementTree.Element) -> bool:
    dates = [_child(entry, name) for name in ("published", "updated")]
    try:
        for date in filter(None, dates):
            datetime.fromisoformat(date.replace("Z", "+00:00"))
    except ValueError:
        raise _Failure(f"arXiv's answer holds a date that is none ({date[:40]})") from None
    return all(dates) and bool(_child(entry, "id"))


def _child(element: ElementTree.Element, name: str, namespace: str = _ATOM) -> str:
    return (element.findtext(namespace + name) or "").strip()
