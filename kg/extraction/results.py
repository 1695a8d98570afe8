"""Scores and gains: numbers tied to names."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from kg.extraction.linear import LinearModel, softmax
from kg.extraction.numbers import Number, find_numbers
from kg.extraction.reading import Reading
from kg.records import EntityType, LocalEntity, Mention, Result, ResultKind

__all__ = [
    "OTHER",
    "Naming",
    "Place",
    "around",
    "find_places",
    "find_results",
    "link_cues",
    "number_cues",
    "own_system",
    "rows",
    "sentence_mentions",
]

OTHER = "other"
"""The class of numbers that are no results, and of names that have no part in one."""
ROLES: dict[EntityType, tuple[str, ...]] = {
    "Method": ("subject", "baseline"),
    "Model": ("subject", "baseline"),
    "Benchmark": ("benchmark",),
    "Dataset": ("benchmark",),
    "Metric": ("metric",),
    "Task": (),
}
THRESHOLD = 0.5
"""The least probability that a number is a result."""
LINK = {"metric": 0.4, "benchmark": 0.4, "baseline": 0.5, "subject": 0.4}
"""The least probability of a name's part in it."""
_LETTER = {
    "Method": "‹M›",
    "Model": "‹M›",
    "Benchmark": "‹B›",
    "Dataset": "‹B›",
    "Metric": "‹E›",
    "Task": "‹T›",
}
_MOST_ROWS = 4
_SAMPLE_BETWEEN = 10
_WINDOW = 60
"""How many tokens a name that takes part in a result may be away from its number."""


@dataclass(frozen=True, slots=True)
class Place:
    """A number in its sentence."""

    number: Number
    token: int
    """The first token that begins at or after it, or holds its beginning."""
    sentence: int
    order: int
    """How many numbers of the sentence stand before it."""
    numbers: int
    """How many numbers the sentence holds."""


@dataclass(frozen=True, slots=True)
class Naming:
    """A mention of an entity in a sentence."""

    entity: int
    first: int
    last: int


def find_places(reading: Reading) -> list[Place]:
    """The numbers of all sentences, but for those within a name."""
    tokens = reading.tokens
    named: set[int] = {
        i for spans in reading.entity_spans for span in spans for i in range(span.first, span.last + 1)
    }
    places: list[Place] = []
    for sentence, (start, end) in enumerate(reading.sentences):
        here: list[tuple[Number, int]] = []
        for number in find_numbers(reading.text, start, end):
            token = bisect_right(tokens.starts, number.end - 1) - 1
            while token > 0 and tokens.starts[token] > number.start:
                token -= 1
            if token not in named:
                here.append((number, token))
        places.extend(
            Place(number, token, sentence, order, len(here)) for order, (number, token) in enumerate(here)
        )
    return places


def sentence_mentions(reading: Reading) -> dict[int, list[Naming]]:
    """The mentions of each sentence in reading order."""
    namings: dict[int, list[Naming]] = {}
    for entity, spans in enumerate(reading.entity_spans):
        for span in spans:
            namings.setdefault(reading.tokens.sentence[span.first], []).append(
                Naming(entity, span.first, span.last)
            )
    for one in namings.values():
        one.sort(key=lambda naming: naming.first)
    return namings


def _words(
    reading: Reading, namings: list[Naming], start: int, step: int, most: int, sentence: int
) -> list[str]:
    """Up to ``most`` words from a token on, names as their type and numbers as ``0``."""
    tokens = reading.tokens
    at = {naming.last if step < 0 else naming.first: naming for naming in namings}
    words: list[str] = []
    i = start
    while 0 <= i < len(tokens) and tokens.sentence[i] == sentence and len(words) < most:
        naming = at.get(i)
        if naming:
            words.append(_LETTER[reading.entities[naming.entity].type])
            i = naming.first - 1 if step < 0 else naming.last + 1
            continue
        word = tokens.lowers[i]
        words.append("0" if word[0].isdigit() else word)
        i += step
    return words


def _after(reading: Reading, place: Place) -> int:
    """The first token after a number and its unit."""
    tokens = reading.tokens
    i = place.token
    while i < len(tokens) and tokens.starts[i] < place.number.end:
        i += 1
    return i


def around(place: Place, namings: list[Naming]) -> list[Naming]:
    """Those mentions of a sentence, in reading order, that are near enough to take part in a result."""
    low = bisect_left(namings, place.token - _WINDOW, key=lambda naming: naming.first)
    high = bisect_right(namings, place.token + _WINDOW, key=lambda naming: naming.first)
    return namings[low:high]


def number_cues(reading: Reading, place: Place, namings: list[Naming]) -> list[str]:
    """What tells a score or a gain from other numbers."""
    number = place.number
    before = _words(reading, namings, place.token - 1, -1, 10, place.sentence)
    after = _words(reading, namings, _after(reading, place), 1, 8, place.sentence)
    p1, p2, p3 = (before + ["¶"] * 3)[:3]
    n1, n2, n3 = (after + ["¶"] * 3)[:3]
    size = len(number.value.split(".")[0])
    form = f"{number.unit}{'.' if '.' in number.value else ''}{size}{number.sign}"
    letters = {_LETTER[reading.entities[naming.entity].type] for naming in namings}
    last = max(len(reading.sentences) - 1, 1)
    features = [
        f"u={number.unit}{number.sign}",
        f"form={form}",
        f"p1={p1}",
        f"n1={n1}",
        f"p2={p2}|{p1}",
        f"p3={p3}|{p2}|{p1}",
        f"n2={n1}|{n2}",
        f"n3={n1}|{n2}|{n3}",
        f"pn={p1}|{n1}",
        f"up={number.unit}|{p1}",
        f"un={number.unit}|{n1}",
        f"at={min(4, 5 * (place.sentence - 1) // last)}",
        f"many={min(place.numbers, 6)}",
        f"year={number.unit == '' and len(number.value) == 4 and number.value[:2] in ('19', '20')}",
    ]
    features += [f"b={word}" for word in before[:5]]
    features += [f"B={word}" for word in before]
    features += [f"uB={number.unit}|{word}" for word in before]
    features += [f"a={word}" for word in after[:4]]
    features += [f"A={word}" for word in after]
    features += [f"has={letter}" for letter in sorted(letters)]
    return list(dict.fromkeys(features))


def link_cues(reading: Reading, place: Place, naming: Naming, namings: list[Naming], kind: str) -> list[str]:
    """What tells the part that a name of the same sentence has in a result."""
    entity = reading.entities[naming.entity]
    letter = _LETTER[entity.type]
    after = naming.first >= place.token
    start = _after(reading, place)
    between = (
        _words(reading, namings, start, 1, max(0, naming.first - start), place.sentence)
        if after
        else _words(
            reading, namings, place.token - 1, -1, max(0, place.token - 1 - naming.last), place.sentence
        )
    )
    if after:
        length = naming.first - start
        rank = sum(
            start <= other.first < naming.first and _LETTER[reading.entities[other.entity].type] == letter
            for other in namings
        )
    else:
        length = place.token - 1 - naming.last
        rank = sum(
            naming.last < other.first < place.token and _LETTER[reading.entities[other.entity].type] == letter
            for other in namings
        )
    between = between[:_SAMPLE_BETWEEN]
    numbers = between.count("0")
    same = sum(_LETTER[reading.entities[other.entity].type] == letter for other in namings)
    side = "+" if after else "-"
    tokens = reading.tokens
    edge = tokens.lowers[naming.first - 1] if naming.first > 0 else "¶"
    next_to = tokens.lowers[naming.last + 1] if naming.last + 1 < len(tokens) else "¶"
    features = [
        f"side={side}{min(rank, 3)}",
        f"far={side}{min(length, 12) if length < 6 else min(length // 4, 8) * 4}",
        f"rank={side}{min(rank, 3)}{min(numbers, 2)}",
        f"seq={side}{' '.join(between)}" if len(between) <= 4 else "seq",
        f"edge={side}{edge}",
        f"next={side}{next_to}",
        f"same={min(same, 3)}{side}{min(rank, 3)}",
        f"order={side}{min(place.order, 3)}{min(rank, 3)}{min(same, 3)}",
        f"numbers={min(place.numbers, 4)}{side}{min(numbers, 2)}",
        f"kind={kind}{side}{min(rank, 3)}",
        *(f"rel={claim.relation}{side}{min(rank, 2)}" for claim in entity.relations),
        *(f"w={side}{word}" for word in between),
    ]
    return [f"{letter}{feature}" for feature in dict.fromkeys(features)]


def find_results(reading: Reading, numbers: LinearModel, links: LinearModel) -> list[Result]:
    """The results that a paper reports, in reading order."""
    places = find_places(reading)
    if not places:
        return []
    all_namings = sentence_mentions(reading)
    chances = softmax(
        numbers.sums(
            number_cues(reading, place, around(place, all_namings.get(place.sentence, [])))
            for place in places
        )
        + numbers.bias
    )
    other = numbers.classes.index(OTHER)
    own = own_system(reading.entities)
    results: list[Result] = []
    for place, chance in zip(places, chances, strict=True):
        if 1 - chance[other] < THRESHOLD:
            continue
        kind: ResultKind = (
            "absolute"
            if chance[numbers.classes.index("absolute")] >= chance[numbers.classes.index("improvement")]
            else "improvement"
        )
        namings = around(place, all_namings.get(place.sentence, []))
        roles = _roles(reading, place, namings, kind, links)
        results.extend(rows(reading, place, kind, roles, own))
    return results


def _roles(
    reading: Reading, place: Place, namings: list[Naming], kind: str, links: LinearModel
) -> dict[str, list[tuple[float, int]]]:
    """For each part of a result the entities that may have it, likeliest first."""
    pairs = [naming for naming in namings if ROLES[reading.entities[naming.entity].type]]
    if not pairs:
        return {}
    chances = softmax(
        links.sums(link_cues(reading, place, naming, namings, kind) for naming in pairs) + links.bias
    )
    best: dict[tuple[str, int], float] = {}
    for naming, chance in zip(pairs, chances, strict=True):
        for role in ROLES[reading.entities[naming.entity].type]:
            value = float(chance[links.classes.index(role)])
            key = (role, naming.entity)
            if value >= LINK[role] and value > best.get(key, 0.0):
                best[key] = value
    roles: dict[str, list[tuple[float, int]]] = {}
    for (role, entity), value in best.items():
        roles.setdefault(role, []).append((-round(value, 4), entity))
    return {role: sorted(found) for role, found in roles.items()}


def rows(
    reading: Reading,
    place: Place,
    kind: ResultKind,
    roles: dict[str, list[tuple[float, int]]],
    own: int | None,
) -> list[Result]:
    """The results that one number reports: one for each benchmark and metric that it is tied to.

    Args:
        reading: The paper.
        place: The number.
        kind: A score or a gain.
        roles: For each part of a result the entities that have it, the best (lowest) first.
        own: The entity that is the subject where none is tied to the number.
    """
    number = place.number
    offset = 0 if place.sentence == 0 else reading.title_length + 1
    verbatim = Mention(
        "title" if place.sentence == 0 else "abstract",
        number.start - offset,
        number.end - offset,
        reading.text[number.start : number.end],
    )
    value = f"-{number.value}" if number.sign == "-" and kind == "absolute" else number.value
    subjects = [entity for _, entity in roles.get("subject", [])]
    subject = subjects[0] if subjects else own
    baselines = [entity for _, entity in roles.get("baseline", []) if entity != subject]
    metrics: list[int | None] = [entity for _, entity in roles.get("metric", [])] or [None]
    benchmarks: list[int | None] = [entity for _, entity in roles.get("benchmark", [])] or [None]
    pairs = [(benchmark, metric) for benchmark in _in_order(benchmarks) for metric in _in_order(metrics)]
    return [
        Result(
            subject,
            benchmark,
            metric,
            baselines[0] if baselines else None,
            value,
            number.unit,
            kind,
            verbatim,
        )
        for benchmark, metric in pairs[:_MOST_ROWS]
    ]


def _in_order(entities: list[int | None]) -> list[int | None]:
    """Entities in the order in which the paper first names them."""
    return sorted(entities, key=lambda one: -1 if one is None else one)


def own_system(entities: list[LocalEntity]) -> int | None:
    """The method or model that the paper most surely introduces."""
    own: tuple[float, int] | None = None
    for number, entity in enumerate(entities):
        if entity.type not in {"Method", "Model"}:
            continue
        for claim in entity.relations:
            if claim.relation == "introduces" and (own is None or claim.confidence > own[0]):
                own = (claim.confidence, number)
    return own[1] if own else None
