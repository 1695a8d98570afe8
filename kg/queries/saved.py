"""Saved queries: ``.rq`` files that say in their first comments what they ask and with which parameters.

A file begins with comments such as these; the parameters are variables of the query below them::

    # @title Papers that use something
    # @description Papers whose own work builds on a method, model, dataset or benchmark,
    #   newest first.
    # @param method entity required The thing that is used, by any of its names
    # @param least integer default=2 How many papers at least
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast, get_args

import pyoxigraph as ox
from rapidfuzz import fuzz, process, utils

from kg.errors import KgError, UsageError
from kg.queries.answers import Answer, run_query
from kg.queries.names import find
from kg.rdf import PREFIXES, Store, Term
from kg.records import ENTITY_TYPES, RELATIONS
from kg.text.names import fold

ParameterType = Literal["entity", "paper", "type", "relation", "list", "month", "year", "integer", "string"]

_FOLDER: Final = Path(__file__).parent / "saved"
_TAG: Final = re.compile(r"#\s*@(\w+)\s*(.*?)\s*")
_CONTINUED: Final = re.compile(r"#\s+(.*?)\s*")
_PARAM: Final = re.compile(
    r"""(?P<name>[A-Za-z_]\w*) \s+ (?P<type>\w+) \s+
        (?:(?P<need>required|optional) | default=(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+)))
        (?:\s+(?P<description>.+))?""",
    re.VERBOSE,
)
_HOW_TO_PARAM: Final = (
    "write '# @param NAME TYPE required|optional|default=VALUE DESCRIPTION', TYPE one of "
    + ", ".join(get_args(ParameterType))
)
_LISTS: Final = (
    "SELECT ?list ?title WHERE { ?list a kg:ReadingList ; dcterms:title ?title } ORDER BY ?title ?list"
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of a saved query that the caller may give a value."""

    name: str
    type: ParameterType
    required: bool
    default: str | None
    """The value when none is given; None leaves the variable open."""
    description: str

    @property
    def need(self) -> str:
        """``required``, ``optional``, or ``default`` and the value."""
        if self.required:
            return "required"
        return "optional" if self.default is None else f"default {self.default}"

    def __str__(self) -> str:
        return f"{self.name} ({self.type}, {self.need})"


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query in a file."""

    name: str
    """The file's name without ``.rq``."""
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    text: str
    """The whole file, so that lines in errors are those of the file."""
    path: Path


def saved_queries(folder: Path | str | None = None) -> list[SavedQuery]:
    """The saved queries of a folder, by name; by default those that come with the package.

    Raises:
        KgError: There is no such folder, or a file in it can't be read or has a malformed header.
    """
    where = _FOLDER if folder is None else Path(folder)
    try:
        paths = sorted(path for path in where.iterdir() if path.suffix == ".rq" and path.is_file())
    except OSError as error:
        raise KgError(
            f"can't be read as a folder of saved queries: {error.strerror}", where=str(where)
        ) from error
    return [read_saved_query(path) for path in paths]


def saved_query(name: str, folder: Path | str | None = None) -> SavedQuery:
    """A saved query by name: the folder's own, else the package's.

    Raises:
        UsageError: There is none of this name; the nearest names are suggested.
        KgError: The folder or a file in it can't be read.
    """
    known = {query.name: query for query in saved_queries()}
    if folder is not None:
        known |= {query.name: query for query in saved_queries(folder)}
    wanted = name.removesuffix(".rq")
    if wanted in known:
        return known[wanted]
    hint = _suggested(wanted, sorted(known))
    raise UsageError(f"there is no saved query {name!r}; {hint}kg query --list shows them all")


def read_saved_query(path: Path) -> SavedQuery:
    """Read a ``.rq`` file. Without a title its name serves as one.

    Raises:
        KgError: The file can't be read, or its header is malformed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise KgError("not UTF-8; save the query as UTF-8", where=str(path)) from error
    except OSError as error:
        raise KgError(f"can't be read: {error.strerror}", where=str(path)) from error
    tags: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    for line, tag, value in _tags(text):
        where = f"{path}:{line}"
        if tag == "param":
            parameter = _parameter(value, where)
            if parameter.name in parameters:
                raise KgError(f"the parameter {parameter.name} is declared twice; drop one", where=where)
            if not re.search(rf"[?$]{parameter.name}\b", _without_comments(text)):
                raise KgError(
                    f"the query has no variable ?{parameter.name}; correct the name of the parameter",
                    where=where,
                )
            parameters[parameter.name] = parameter
        elif tag not in {"title", "description"}:
            raise KgError(f"unknown tag @{tag}; there are @title, @description and @param", where=where)
        elif tag in tags or not value:
            raise KgError(f"@{tag} is {'given twice' if tag in tags else 'empty'}; give it once", where=where)
        else:
            tags[tag] = value
    name = path.stem
    return SavedQuery(
        name, tags.get("title", name), tags.get("description", ""), tuple(parameters.values()), text, path
    )


def run_saved(store: Store, query: SavedQuery, params: Mapping[str, str] | None = None) -> Answer:
    """Run a saved query.

    Args:
        store: The graph.
        query: The query.
        params: Values by the name of the parameter, as people write them: ``{"method": "GRPO"}``.

    Raises:
        UsageError: A parameter is missing or unknown, its value is wrong or names nothing (the nearest names
            are suggested), or the query is not valid.
        KgError: The store can't answer.
    """
    return run_query(store, query.text, params=bind(store, query, params or {}), where=str(query.path))


def bind(store: Store, query: SavedQuery, params: Mapping[str, str]) -> dict[str, Term]:
    """The terms that values given for a query's parameters stand for, in the order of the parameters.

    Raises:
        UsageError: See ``run_saved``.
    """
    known = [parameter.name for parameter in query.parameters]
    usage = "; its parameters: " + ", ".join(map(str, query.parameters)) if known else "; it takes none"
    for name in params:
        if name not in known:
            raise UsageError(f"{query.name} has no parameter {name!r}{usage}")
    terms: dict[str, Term] = {}
    for parameter in query.parameters:
        value = params.get(parameter.name, parameter.default)
        if value is not None:
            try:
                terms[parameter.name] = _TERMS[parameter.type](store, value)
            except UsageError as error:
                raise UsageError(error.message, where=f"--param {parameter.name}") from error
        elif parameter.required:
            what = parameter.description or parameter.type
            raise UsageError(f"{query.name} needs --param {parameter.name}=… ({what}){usage}")
    return terms


def _tags(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, name and value of each tag of a file's first comments; indented lines go on with it."""
    begun: tuple[int, str, str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            if line.strip():
                break
            continue
        if match := _TAG.fullmatch(line):
            if begun:
                yield begun
            begun = (number, match[1], match[2])
        elif begun and line.startswith(("#   ", "#\t")) and (match := _CONTINUED.fullmatch(line)):
            begun = (begun[0], begun[1], f"{begun[2]} {match[1]}".strip())
    if begun:
        yield begun


def _parameter(value: str, where: str) -> Parameter:
    match = _PARAM.fullmatch(value)
    if not match or match["type"] not in get_args(ParameterType):
        raise KgError(f"malformed parameter {value!r}; {_HOW_TO_PARAM}", where=where)
    default = match["quoted"] if match["quoted"] is not None else match["bare"]
    kind = cast("ParameterType", match["type"])
    return Parameter(match["name"], kind, match["need"] == "required", default, match["description"] or "")


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


def _entity(store: Store, value: str) -> Term:
    return ox.NamedNode(find(store, value, kind="entity").one().iri)


def _paper(store: Store, value: str) -> Term:
    return ox.NamedNode(find(store, value, kind="paper").one().iri)


def _type(_: Store, value: str) -> Term:
    return _one_of(value, ENTITY_TYPES, "entity type")


def _relation(_: Store, value: str) -> Term:
    return _one_of(value, RELATIONS, "relation")


def _one_of(value: str, names: tuple[str, ...], what: str) -> Term:
    wanted = _bare(value.removeprefix("kg:"))
    for name in names:
        if wanted in {_bare(name), _bare(name) + "s"}:
            return ox.NamedNode(PREFIXES["kg"] + name)
    raise UsageError(f"there is no {what} {value!r}; choose one of {', '.join(names)}")


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def _list(store: Store, value: str) -> Term:
    titles: list[str] = []
    for iri, title in list(run_query(store, _LISTS)):
        if isinstance(iri, ox.NamedNode) and isinstance(title, ox.Literal):
            slug = iri.value.rpartition("/")[2]
            if value in {iri.value, f"list:{slug}", slug, title.value} or fold(value) == fold(title.value):
                return iri
            titles.append(title.value)
    if not titles:
        raise UsageError("the graph has no reading lists")
    hint = _suggested(value, titles) or f"there are {', '.join(map(repr, titles[:8]))}; "
    raise UsageError(f"there is no reading list {value!r}; {hint}name one of them")


def _month(_: Store, value: str) -> Term:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value, re.ASCII):
        raise UsageError(f"{value!r} is no month; write it as in 2025-05")
    return ox.Literal(value)


def _year(_: Store, value: str) -> Term:
    if not re.fullmatch(r"\d{4}", value, re.ASCII):
        raise UsageError(f"{value!r} is no year; write it as in 2025")
    return ox.Literal(value)


def _integer(_: Store, value: str) -> Term:
    if not re.fullmatch(r"[+-]?\d{1,18}", value, re.ASCII):
        raise UsageError(f"{value!r} is no whole number")
    return ox.Literal(int(value))


def _string(_: Store, value: str) -> Term:
    return ox.Literal(value.encode("utf-8", "replace").decode())


_TERMS: Final[Mapping[ParameterType, Callable[[Store, str], Term]]] = {
    "entity": _entity,
    "paper": _paper,
    "type": _type,
    "relation": _relation,
    "list": _list,
    "month": _month,
    "year": _year,
    "integer": _integer,
    "string": _string,
}


def _suggested(name: str, names: list[str]) -> str:
    near = process.extract(
        name, names, scorer=fuzz.token_set_ratio, processor=utils.default_process, limit=3, score_cutoff=60
    )
    return f"did you mean {' or '.join(repr(match[0]) for match in near)}? " if near else ""
