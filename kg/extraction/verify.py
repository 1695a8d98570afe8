"""What an extractor handed over, without what does not bear a check against the text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import Any, Final, get_args

from kg.errors import KgError
from kg.extraction.protocol import Outcome, Text, TextExtractor
from kg.extraction.relations import ALLOWED
from kg.extraction.results import ROLES
from kg.records import (
    ENTITY_TYPES,
    RELATIONS,
    Extraction,
    LocalEntity,
    Mention,
    RelationClaim,
    Result,
    ResultKind,
    Sentence,
    Vocabulary,
)
from kg.text.sentences import split_sentences

__all__ = ["UNITS", "CheckedExtractor", "verify"]

UNITS: Final = ("%", "points", "x", "")
_BATCH = 64
_END: Final = object()
_VALUE = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+", re.ASCII)
_LONGEST_VALUE = 30


class CheckedExtractor:
    """An extractor of which nothing is believed that its texts do not bear out.

    Args:
        extractor: What extracts.
        vocabulary: The concepts that an entity may be said to be.
        fingerprint: Of the extractor, together with whatever tells it from others.
    """

    def __init__(self, extractor: TextExtractor, vocabulary: Vocabulary, fingerprint: str) -> None:
        self._extractor = extractor
        self._vocabulary = vocabulary
        self.fingerprint = fingerprint

    def extract_many(self, texts: Iterable[Text]) -> Iterator[Outcome]:
        """The verified extraction of each text, in order; see `verify`.

        An exception of the extractor is the problem of the text that raises it. Texts of which there is not
        one extraction each are read anew one by one.

        Raises:
            KgError: The extractor says that it can't go on.
        """
        remaining = iter(texts)
        while batch := list(islice(remaining, _BATCH)):
            outcomes: list[Outcome] = []
            try:
                handed = iter(self._extractor.extract_many(batch))
                for text, one in zip(batch, handed, strict=False):
                    outcomes.append(self._outcome(text, one))
                if len(outcomes) < len(batch) or next(handed, _END) is not _END:
                    outcomes = []  # too few or too many: nobody knows which is whose
            except (KgError, KeyboardInterrupt):
                yield from outcomes
                raise
            except Exception:  # the text at fault may be any of those that are left
                yield from outcomes
                yield from map(self._alone, batch[len(outcomes) :])
            else:
                yield from outcomes or map(self._alone, batch)

    def _alone(self, text: Text) -> Outcome:
        try:
            handed = list(islice(self._extractor.extract_many([text]), 2))
            if len(handed) == 1:
                return self._outcome(text, handed[0])
        except KgError:
            raise
        except Exception as error:
            return Outcome(None, (f"the extractor failed: {type(error).__name__}: {_line(error)}",))
        return Outcome(None, (f"the extractor gave {'no' if not handed else 'more than one'} extraction",))

    def _outcome(self, text: Text, handed: Any) -> Outcome:
        problems: tuple[str, ...] = ()
        if isinstance(handed, Outcome):
            problems = tuple(map(_line, _items(handed.problems)))
            if handed.extraction is None:
                return Outcome(None, problems or ("the extractor could not read the text",))
            handed = handed.extraction
        if not isinstance(handed, Extraction):
            return Outcome(None, (f"the extractor gave a {type(handed).__name__}, not an Extraction",))
        checked = verify(text, handed, self._vocabulary)
        return Outcome(checked.extraction, problems + checked.problems)


def _line(message: object) -> str:
    return " ".join(str(message).split())[:300]


def verify(text: Text, extraction: Extraction, vocabulary: Vocabulary) -> Outcome:
    """An extraction without what can't be verified.

    What stays holds this: sentences lie in the text in order, the title first and whole (our own are taken
    where none are given, or wrong ones); a mention's text is the very substring at its offsets, holds a
    letter or digit, lies within a sentence, and belongs to one entity; an entity has a known type, a mention,
    a name that is the text of one, and a relation that fits its type, with a confidence between 0 and 1 and a
    mention as evidence; a concept is the vocabulary's; a result's number stands in its quote, and the
    entities that it refers to stay and are of a type that fits their part.

    Args:
        text: The title and abstract.
        extraction: What is said of them. Its records may hold anything.
        vocabulary: The concepts that an entity may be said to be.

    Returns:
        What stays, with one problem that counts what was left out by reason, if anything was.
    """
    return _Check(text, vocabulary).run(extraction)


class _Check:
    def __init__(self, text: Text, vocabulary: Vocabulary) -> None:
        self._texts = {"title": text[0], "abstract": text[1]}
        self._vocabulary = vocabulary
        self._dropped: Counter[str] = Counter()
        self._taken: set[tuple[str, int, int]] = set()

    def run(self, extraction: Extraction) -> Outcome:
        self._sentences = self._checked_sentences(extraction.sentences)
        self._starts = {
            field: [one.start for one in self._sentences if one.field == field] for field in self._texts
        }
        self._ends = {
            field: [one.end for one in self._sentences if one.field == field] for field in self._texts
        }
        places: dict[int, int] = {}
        entities: list[LocalEntity] = []
        for number, given in enumerate(_items(extraction.entities)):
            if (entity := self._entity(given)) is not None:
                places[number] = len(entities)
                entities.append(entity)
        results = [
            result
            for given in _items(extraction.results)
            if (result := self._result(given, places, entities)) is not None
        ]
        return Outcome(Extraction(self._sentences, tuple(entities), tuple(results)), self._problems())

    def _problems(self) -> tuple[str, ...]:
        if not self._dropped:
            return ()
        reasons = "; ".join(f"{count} {reason}" for reason, count in sorted(self._dropped.items()))
        return (f"left out what the text does not bear out: {reasons}",)

    def _checked_sentences(self, given: Any) -> tuple[Sentence, ...]:
        title, abstract = self._texts["title"], self._texts["abstract"]
        sentences = _items(given)
        if self._are_sentences(sentences):
            return sentences
        if sentences:
            self._dropped["division into sentences that is not the text's"] += 1
        own = [Sentence("abstract", start, end) for start, end in split_sentences(abstract)]
        return (Sentence("title", 0, len(title)), *own)

    def _are_sentences(self, given: tuple[Any, ...]) -> bool:
        if not given or not all(isinstance(one, Sentence) and _is_span(one) for one in given):
            return False
        first, *others = given
        if (first.field, first.start, first.end) != ("title", 0, len(self._texts["title"])):
            return False
        position = 0
        for one in others:
            if one.field != "abstract" or one.start < position or one.end <= one.start:
                return False
            position = one.end
        return position <= len(self._texts["abstract"])

    def _stands(self, mention: Any) -> bool:
        """Whether a mention is the text at its place, within a sentence."""
        if not isinstance(mention, Mention) or not _is_span(mention) or mention.field not in self._texts:
            self._dropped["mentions without a place"] += 1
            return False
        text = self._texts[mention.field]
        start, end, quote = mention.start, mention.end, mention.text
        if not 0 <= start < end <= len(text) or text[start:end] != quote:
            self._dropped["quotes that are not the text at their place"] += 1
            return False
        if quote != quote.strip() or not any(map(str.isalnum, quote)):
            self._dropped["mentions that name nothing"] += 1
            return False
        number = bisect_right(self._starts[mention.field], start) - 1
        if number < 0 or end > self._ends[mention.field][number]:
            self._dropped["mentions that are not within a sentence"] += 1
            return False
        return True

    def _mentions(self, given: Any) -> dict[int, Mention]:
        """Those mentions that stay, in reading order, by their number before."""
        kept: dict[int, Mention] = {}
        for number, mention in enumerate(_items(given)):
            if not self._stands(mention):
                continue
            place = (mention.field, mention.start, mention.end)
            if place in self._taken:
                self._dropped["mentions at the place of another"] += 1
                continue
            self._taken.add(place)
            kept[number] = mention
        return dict(sorted(kept.items(), key=lambda item: (item[1].field != "title", item[1].start)))

    def _entity(self, entity: Any) -> LocalEntity | None:
        if not isinstance(entity, LocalEntity) or entity.type not in ENTITY_TYPES:
            self._dropped["entities of no known type"] += 1
            return None
        mentions = self._mentions(entity.mentions)
        if not mentions:
            self._dropped["entities that are not mentioned"] += 1
            return None
        places = {number: place for place, number in enumerate(mentions)}
        relations: dict[str, RelationClaim] = {}
        for claim in _items(entity.relations):
            kept = self._claim(claim, entity, places)
            if kept is not None:
                relations.setdefault(kept.relation, kept)
        if not relations:
            self._dropped["entities without a relation to the paper"] += 1
            self._taken.difference_update((one.field, one.start, one.end) for one in mentions.values())
            return None
        forms = [mention.text for mention in mentions.values()]
        name = entity.name
        if name not in forms:
            self._dropped["names that are none of the mentions"] += 1
            name = max(forms, key=len)
        concept: Any = entity.concept
        if concept != "" and (not isinstance(concept, str) or concept not in self._vocabulary.concepts):
            self._dropped["concepts that the vocabulary lacks"] += 1
            concept = ""
        ordered = sorted(relations.values(), key=lambda claim: RELATIONS.index(claim.relation))
        return LocalEntity(name, entity.type, tuple(mentions.values()), tuple(ordered), concept)

    def _claim(self, claim: Any, entity: LocalEntity, places: dict[int, int]) -> RelationClaim | None:
        if not isinstance(claim, RelationClaim) or claim.relation not in ALLOWED[entity.type]:
            self._dropped["relations that are unknown or do not fit the type"] += 1
            return None
        confidence = claim.confidence
        if type(confidence) not in (int, float) or not isfinite(confidence) or not 0 <= confidence <= 1:
            self._dropped["confidences that are not between 0 and 1"] += 1
            return None
        evidence = sorted({places[n] for n in _items(claim.evidence) if type(n) is int and n in places})
        if not evidence:
            self._dropped["claims without evidence"] += 1
            return None
        return RelationClaim(claim.relation, float(confidence), tuple(evidence))

    def _result(self, result: Any, places: dict[int, int], entities: list[LocalEntity]) -> Result | None:
        if not isinstance(result, Result) or result.kind not in get_args(ResultKind):
            self._dropped["results of no known kind"] += 1
            return None
        if result.unit not in UNITS or not self._stands(result.verbatim) or not _is_number_of(result):
            self._dropped["results whose number is not in their quote"] += 1
            return None
        parts: dict[str, int | None] = {}
        for role in ("subject", "benchmark", "metric", "baseline"):
            number = getattr(result, role)
            if number is None:
                parts[role] = None
            elif type(number) is not int or number not in places:
                self._dropped["results of entities that are not there"] += 1
                return None
            elif role not in ROLES[entities[places[number]].type]:
                self._dropped["results with an entity of the wrong type"] += 1
                return None
            else:
                parts[role] = places[number]
        return Result(
            **parts, value=result.value, unit=result.unit, kind=result.kind, verbatim=result.verbatim
        )


def _items(given: Any) -> tuple[Any, ...]:
    return tuple(given) if isinstance(given, tuple | list) else ()


def _is_span(one: Any) -> bool:
    return type(one.start) is int and type(one.end) is int and isinstance(one.field, str)


def _is_number_of(result: Result) -> bool:
    """Whether a result's value is a number, and one that stands in its quote."""
    value: Any = result.value
    if not isinstance(value, str) or len(value) > _LONGEST_VALUE or not _VALUE.fullmatch(value):
        return False
    numbers = {Decimal(one.replace(",", "")) for one in _DIGITS.findall(result.verbatim.text)}
    return abs(Decimal(value)) in numbers
