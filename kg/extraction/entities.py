"""What one paper calls by one or more names, from the names found in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kg.extraction.candidates import Span
from kg.extraction.reading import Found, Reading
from kg.extraction.tokens import words
from kg.records import ENTITY_TYPES, EntityType
from kg.text.names import fold

__all__ = ["Group", "group_names"]

_HEADS = words(
    """algorithm approach architecture benchmark corpus dataset framework method methodology model module
    paradigm pipeline procedure process scheme score strategy suite system task technique"""
)
"""Last words that add nothing to a name."""
_SMALL = words("a an and as by for from in of on or the to via with")
_WORD = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Group:
    """The mentions of one thing in one paper."""

    type: EntityType
    probability: float
    """That the paper names a thing of this type so."""
    spans: list[Span] = field(default_factory=list)
    name: str = ""
    concept: str = ""
    has_short_form: bool = False
    """Whether the text introduces a short form for it."""


def group_names(reading: Reading) -> list[Group]:
    """The things that a paper names, in the order in which it first names them."""
    names: dict[str, list[Found]] = {}
    for found in reading.found:
        names.setdefault(found.key, []).append(found)
    accepted = {key for key, mentions in names.items() if any(one.chosen for one in mentions)}
    quotes = {key: _distinct(reading.quote(one.span) for one in names[key]) for key in sorted(names)}
    longs, parents = _same(reading, accepted, quotes)
    paired = {*longs, *longs.values()}
    targets = set(longs.values())
    shorts = {short for _, short in reading.pairs}
    members: dict[str, list[str]] = {}
    for key in quotes:
        if key in accepted or parents.find(key) != key or key in paired:
            members.setdefault(parents.find(key), []).append(key)
    groups: list[Group] = []
    taken: dict[int, Span] = {}
    for found in reading.found:
        if found.chosen:
            taken.update(dict.fromkeys(range(found.span.first, found.span.last + 1), found.span))
    for root in sorted(members):
        keys = members[root]
        if accepted.isdisjoint(keys):
            continue
        mentions = [
            one for key in keys for one in names[key] if one.chosen or _fits(one, quotes[key], reading)
        ]
        spans = _free(mentions, taken)
        if not spans:
            continue
        kept = set(spans)
        group = _group([one for key in keys for one in names[key] if one.span in kept], spans)
        group.name = _name(reading, spans, targets)
        group.has_short_form = not shorts.isdisjoint(spans)
        group.concept = next((reading.concepts[span][0] for span in spans if span in reading.concepts), "")
        groups.append(group)
    return sorted(groups, key=lambda group: group.spans[0])


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


class _Parents:
    """Disjoint sets of keys; the representative is the smallest."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, key: str) -> str:
        root = key
        while (up := self._parent.get(root, root)) != root:
            root = up
        while key != root:
            self._parent[key], key = root, self._parent.get(key, key)
        return root

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        self._parent[second] = first


def _same(
    reading: Reading, accepted: set[str], quotes: dict[str, list[str]]
) -> tuple[dict[str, str], _Parents]:
    """Which keys are forms of one name: the long form's key for each short form's, and the sets."""
    parents = _Parents()
    longs: dict[str, str] = {}
    for long, short in reading.pairs:
        long_key, short_key = reading.tokens.key(*long), reading.tokens.key(*short)
        if long_key in quotes and short_key in quotes and accepted & {long_key, short_key}:
            longs.setdefault(short_key, long_key)
            parents.join(long_key, short_key)
    by_fold: dict[str, str] = {}
    by_initials: dict[str, str] = {}
    by_concept: dict[str, str] = {}
    for key in sorted(accepted):
        quote = quotes[key][0]
        folded = fold(quote)
        parts = folded.split()
        forms = {folded}
        if len(parts) > 1 and parts[-1] in _HEADS:
            forms.add(" ".join(parts[:-1]))
        for form in sorted(forms):
            parents.join(by_fold.setdefault(form, key), key)
        initials = "".join(part[0] for part in _WORD.findall(quote.lower()) if part not in _SMALL)
        if len(initials) >= 2:
            by_initials.setdefault(initials, key)
    for span, (slug, _) in sorted(reading.concepts.items()):
        key = reading.tokens.key(*span)
        if key in accepted:
            parents.join(by_concept.setdefault(slug, key), key)
    for key in sorted(accepted):
        quote = quotes[key][0]
        core = quote[:-1] if quote.endswith("s") else quote
        if key not in longs and 2 < len(core) <= 6 and core.isupper() and core.lower() in by_initials:
            longs[key] = by_initials[core.lower()]
            parents.join(key, longs[key])
    return longs, parents


def _fits(found: Found, quotes: list[str], reading: Reading) -> bool:
    """Whether a mention that was not chosen may be one because its name was, elsewhere."""
    text = reading.quote(found.span)
    if len(text) <= 4 or not text.islower():
        return True
    return not any(len(quote) <= 6 and quote[:-1].isupper() for quote in quotes)


def _free(mentions: list[Found], taken: dict[int, Span]) -> list[Span]:
    """The spans of mentions, longest first, that lie in no other name; they are taken from then on."""
    free: list[Span] = []
    for found in sorted(mentions, key=lambda one: (one.span.first - one.span.last, one.span)):
        span = found.span
        holders = {taken.get(i) for i in range(span.first, span.last + 1)}
        if holders == {span}:
            free.append(span)
        elif holders == {None}:
            taken.update(dict.fromkeys(range(span.first, span.last + 1), span))
            free.append(span)
    return sorted(free)


def _group(mentions: list[Found], spans: list[Span]) -> Group:
    """The type that the mentions together speak for, and how surely they name something."""
    scores = [
        sum(math.log(max(one.probabilities[k], 1e-6)) for one in mentions) for k in range(len(ENTITY_TYPES))
    ]
    best = max(range(len(ENTITY_TYPES)), key=lambda k: scores[k])
    top = max(scores)
    share = 1.0 / sum(math.exp(one - top) for one in scores)
    named = max(sum(one.probabilities) for one in mentions)
    return Group(ENTITY_TYPES[best], named * share, spans)


def _name(reading: Reading, spans: list[Span], targets: set[str]) -> str:
    """The long form where both stand, else the first form outside the title's capitals."""
    long = [span for span in spans if reading.tokens.key(*span) in targets]
    pool = long or spans
    for span in pool:
        if span.first >= reading.title_tokens:
            return reading.quote(span)
    return reading.quote(pool[0])
