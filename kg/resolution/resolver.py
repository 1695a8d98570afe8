"""From what each paper calls its things to the entities of the graph.

What is kept of a paper is what it names, and the outcome does not depend on the order in which papers are
observed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from kg.records import Concept, Entity, EntityType, Extraction, LocalEntity, Vocabulary
from kg.resolution.forms import (
    beginnings,
    best_label,
    free_slug,
    is_abbreviation,
    main_type,
    same_version,
    split_forms,
    squash,
)
from kg.resolution.meanings import Meanings
from kg.text.names import fold

_CONCEPT = "concept:"  # no folded form holds a colon
_ABBREVIATION = re.compile(r"[A-Z]{2,6}")
_PLURAL = re.compile(r"['’]?s?['’]?$")
_LONGEST_WORD_IN_ITS_CASE = 5
_SHORTEST_THAT_SPEAKS = 4
_OFTEN = 10
"""How often a short form that is used alone is spelled out, at least, if it is short for something."""
_ABBREVIATED = re.compile(r"(?<!\w)([A-Z]{2,6})s?(?!\w)")

_KIND: dict[EntityType, int] = {"Task": 0, "Method": 0, "Model": 0, "Dataset": 1, "Benchmark": 1, "Metric": 2}


@dataclass(slots=True)
class _Seen:
    """What the papers say about one name."""

    papers: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    """Papers that write each form."""
    types: Counter[EntityType] = field(default_factory=Counter)
    """Mentions by type."""
    scored: bool = False
    """Whether a paper evaluates on it."""

    def add(self, other: _Seen) -> None:
        self.papers += other.papers
        self.forms.update(other.forms)
        self.types.update(other.types)
        self.scored = self.scored or other.scored

    def move(self, use: _Use, other: _Seen) -> None:
        """Take what one paper says away and add it to another name."""
        for seen, sign in ((self, -1), (other, 1)):
            seen.papers += sign
            for form in use.forms:
                seen.forms[form] += sign
            seen.types[use.type] += sign * use.mentions
        self.forms = +self.forms
        other.scored = other.scored or use.scored

    @property
    def type(self) -> EntityType:
        return main_type(self.types)


@dataclass(frozen=True, slots=True)
class _Use:
    """A paper's use of a short form alone."""

    name: str
    forms: tuple[str, ...]
    type: EntityType
    mentions: int
    scored: bool
    named: tuple[str, ...]
    """Everything that the paper names."""


@dataclass(frozen=True, slots=True)
class _Naming:
    """What a paper's entity goes by."""

    name: str
    """Its concept's, else that of its long form."""
    long: tuple[str, ...]
    """The names of its long forms, each once."""
    short: tuple[str, ...]
    """Likewise those of its short forms."""
    spelled: tuple[str, ...]
    """Its short forms, folded, where it has long ones too."""
    alone: str
    """Its short form, folded, where it has no other form."""


class _Names:
    """The vocabulary, by folded form."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.concepts = vocabulary.concepts
        self._slugs: dict[str, str] = {}
        self._spellings: set[str] = set()
        self._spelled_out: dict[str, str] = {}
        squashed: defaultdict[str, set[tuple[str, bool]]] = defaultdict(set)
        for concept in vocabulary.concepts.values():
            for form in (concept.label, *concept.aliases):
                self._slugs[fold(form)] = concept.slug
                key = fold(form)
                squashed[squash(key)].add((concept.slug, " " in key))
                self._spellings.add(form)
                if concept.type in {"Task", "Method"} and _ABBREVIATION.fullmatch(form):
                    self._spelled_out[form] = concept.label
        self._squashed = {key: one for key, (one, *others) in squashed.items() if not others}
        """By its letters: a concept's slug, and whether it is written as several words."""

    def of(self, form: str, own: Collection[str] = ()) -> str:
        """The name that a form stands for, taken alone: a concept's, else the folded form.

        A word of at most five characters is a concept's only in a case that the vocabulary gives: ``MiMo`` is
        not ``MIMO``. Of a longer form the letters are enough, whatever joins them. Abbreviations within a
        longer form are spelled out, but for those that the paper has for things of its ``own``: ``biomedical
        QA`` is ``biomedical question answering``.
        """
        key = fold(form)
        if " " in key and key not in self._slugs and not any(map(str.isdigit, form)):
            key = fold(
                _ABBREVIATED.sub(
                    lambda word: word[0] if word[1] in own else self._spelled_out.get(word[1], word[0]), form
                )
            )
        slug = self._slugs.get(key)
        if slug is None and len(letters := squash(key)) > _LONGEST_WORD_IN_ITS_CASE:
            slug, words = self._squashed.get(letters, (None, False))
            if not words and " " in form and form.islower():  # dual prompts are not DualPrompt
                slug = None
        if slug is None or (
            " " not in key and len(key) <= _LONGEST_WORD_IN_ITS_CASE and not self._is_spelled(form)
        ):
            return key
        return _CONCEPT + slug

    def _is_spelled(self, form: str) -> bool:
        one = _PLURAL.sub("", form)
        return not self._spellings.isdisjoint((form, one, form.lower(), one.lower()))

    def of_extraction(self, extraction: Extraction) -> list[_Naming]:
        """What each of a paper's entities goes by, in their order."""
        forms = [split_forms(entity.forms) for entity in extraction.entities]
        own = frozenset(
            _PLURAL.sub("", form)
            for entity, (long, short) in zip(extraction.entities, forms, strict=True)
            for form in short
            if (name := self.of(form)).startswith(_CONCEPT) and not self._speaks(name, form, entity, long)
        )
        return [
            self._naming(entity, long, short, own)
            for entity, (long, short) in zip(extraction.entities, forms, strict=True)
        ]

    def _naming(
        self, entity: LocalEntity, long: Sequence[str], short: Sequence[str], own: Collection[str]
    ) -> _Naming:
        names = tuple(dict.fromkeys(self.of(form, own) for form in long))
        shorts = {form: self.of(form) for form in short}
        concepts = [name for name in names if name.startswith(_CONCEPT)]
        meant = [
            name
            for form, name in shorts.items()
            if name.startswith(_CONCEPT) and _PLURAL.sub("", form) not in own
        ]
        given = _CONCEPT + entity.concept if entity.concept in self.concepts else ""
        if concepts:
            name = given if given in concepts else concepts[0]
        elif meant:
            name = meant[0]
        else:
            name = given if given and given not in shorts.values() else names[0]
        spelled = tuple(dict.fromkeys(map(fold, short)))
        folded = {fold(form) for form in entity.forms}
        alone = folded.pop() if len(folded) == 1 and is_abbreviation(entity.forms[0]) else ""
        return _Naming(name, names, tuple(dict.fromkeys(shorts.values())), spelled, alone)

    def _speaks(self, concept: str, short: str, entity: LocalEntity, long: Sequence[str]) -> bool:
        """Whether a short form beside long forms speaks for a concept.

        It does where a long form is akin to one of the concept's: ``SAM`` of a paper on sharpness-aware
        minimization is not the Segment Anything Model. A concept that the vocabulary knows by the short form
        only (``ReAct``) may be spelled out by a paper that uses it, but not by one that introduces it: that
        has found the same abbreviation for something else. Three letters are too few for this.
        """
        names = [self.of(form, (_PLURAL.sub("", short),)) for form in long]
        if any(name == concept or self._akin(concept, name) for name in names):
            return True
        term = self.concepts[concept.removeprefix(_CONCEPT)]
        if any(" " in (key := fold(form)) and fold(short) not in key.split() for form in self._forms(term)):
            return False
        return (
            _KIND[term.type] == _KIND[entity.type]
            and short == term.label
            and len(short) >= _SHORTEST_THAT_SPEAKS
            and all(claim.relation != "introduces" for claim in entity.relations)
        )

    def _akin(self, concept: str, name: str) -> bool:
        """Whether a name begins as one of a concept's long forms does, word by word, or holds all its words.

        Or the other way round: the long form may hold all words of the name.
        """
        words, begin = set(name.split()), beginnings(name)
        term = self.concepts[concept.removeprefix(_CONCEPT)]
        return any(
            len(other) > 1 < len(words)
            and (other <= words or words <= other or beginnings(form) == begin != ())
            and same_version(form, name)
            for form in map(fold, self._forms(term))
            if (other := set(form.split()))
        )

    @staticmethod
    def _forms(concept: Concept) -> tuple[str, ...]:
        return concept.label, *concept.aliases

    def versions(self, name: str) -> str:
        """A folded form of the name, for comparing versions."""
        return fold(self.concepts[name.removeprefix(_CONCEPT)].label) if name.startswith(_CONCEPT) else name


@dataclass(frozen=True, slots=True)
class _Groups:
    """Which names are of one thing."""

    main: Mapping[str, str]
    """For each name the one that stands for the thing."""
    meanings: Mapping[tuple[str, int], Meanings]
    """By short form and kind, where there are several."""

    def of(self, name: str, alone: str, type: EntityType, named: Collection[str]) -> str:
        """The group of a name, which depends on what else the paper names if it is a short form alone."""
        meanings = self.meanings.get((alone, _KIND[type]))
        told = meanings.told_by({self.main[other] for other in named}) if meanings else ""
        return told or self.main[name]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The entities of a collection of papers."""

    entities: Mapping[str, Entity]
    """By slug, in the order of the slugs."""
    _names: _Names
    _groups: _Groups
    _slugs: Mapping[str, str]
    """By group."""

    def slugs(self, extraction: Extraction) -> tuple[str, ...]:
        """The slug of the entity that each of an extraction's entities is, in their order.

        Raises:
            KeyError: The extraction was not observed before the resolution was made.
        """
        namings = self._names.of_extraction(extraction)
        named = tuple(naming.name for naming in namings)
        return tuple(
            self._slugs[self._groups.of(naming.name, naming.alone, entity.type, named)]
            for entity, naming in zip(extraction.entities, namings, strict=True)
        )


class Resolver:
    """Finds the entities of a collection: ``observe`` each extraction, then ``resolve``.

    - What the vocabulary has is its concept, by any of the concept's forms.
    - Otherwise names are one when they fold to the same key (see `kg.text.names.fold`), or to the same
      letters but for spaces and are of one kind, or when papers use them for one thing: the less common name
      joins the more common one, unless most papers that use it do not, or their versions differ. Two concepts
      are never joined.
    - A short form joins two long forms only if their words begin alike. Where a paper uses it alone and
      papers spell it out in several ways, it is what those mean that name the same things besides (see
      `kg.resolution.meanings`). If they tell too little, it is the vocabulary's concept; else the one long
      form that the collection has for it, or the one that has at least four in five of its uses; else a thing
      of its own. Long forms of another kind (a metric's for a method) do not count. It is also a thing of its
      own where ten times as many papers use it alone.

    Args:
        vocabulary: The curated concepts.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._names = _Names(vocabulary)
        self._seen: defaultdict[str, _Seen] = defaultdict(_Seen)
        self._same: Counter[tuple[str, str]] = Counter()
        self._short: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._spelled: defaultdict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        """For each short form what papers that spell it out call the thing, and everything that they name."""
        self._alone: defaultdict[str, list[_Use]] = defaultdict(list)

    def observe(self, extraction: Extraction) -> None:
        """Take in what one paper calls its things."""
        names = self._names
        namings = names.of_extraction(extraction)
        named = tuple(naming.name for naming in namings)
        for entity, naming in zip(extraction.entities, namings, strict=True):
            name = naming.name
            forms = tuple(dict.fromkeys(" ".join(form.split()) for form in entity.forms))
            scored = any(claim.relation == "evaluatesOn" for claim in entity.relations)
            seen = self._seen[name]
            seen.papers += 1
            seen.forms.update(forms)
            seen.types[entity.type] += len(entity.mentions)
            seen.scored = seen.scored or scored
            if naming.alone:
                use = _Use(name, forms, entity.type, len(entity.mentions), scored, named)
                self._alone[naming.alone].append(use)
            for form in naming.spelled:
                self._spelled[form].append((name, named))
            for form in naming.long:
                if (
                    form != name
                    and not form.startswith(_CONCEPT)
                    and same_version(form, names.versions(name))
                ):
                    self._same[name, form] += 1
            for form in naming.short:
                if form != name and not form.startswith(_CONCEPT):
                    self._short[form][name] += 1

    def resolve(self) -> Resolution:
        """The entities of all that was observed; more may be observed afterwards, and resolved again."""
        main = self._main()
        together: defaultdict[str, _Seen] = defaultdict(_Seen)
        for name in sorted(self._seen):
            together[main[name]].add(self._seen[name])
        joined = {
            name: long
            for name in sorted(self._short.keys() & self._seen.keys())
            if main[name] == name and (long := self._long_form(name, main, together))
        }
        for name, long in joined.items():
            if long not in joined:
                together[long].add(together.pop(name))
        main = {name: group if group in together else joined[group] for name, group in main.items()}
        groups = _Groups(main, self._meanings(main, together))
        for short in sorted({short for short, _ in groups.meanings}):
            for use in self._alone[short]:
                group = groups.of(use.name, short, use.type, use.named)
                if group != main[use.name]:
                    together[main[use.name]].move(use, together[group])
        left = {name: seen for name, seen in together.items() if seen.papers}
        concepts = self._concepts(left)
        present = {concept.slug for concept in concepts.values()}
        entities = {
            concept.slug: _entity(concept, left[name], present)
            for name, concept in sorted(concepts.items(), key=lambda item: item[1].slug)
        }
        slugs = {name: concept.slug for name, concept in concepts.items()}
        return Resolution(entities, self._names, groups, slugs)

    def _meanings(
        self, main: Mapping[str, str], together: Mapping[str, _Seen]
    ) -> dict[tuple[str, int], Meanings]:
        """What the short forms mean that papers use alone and spell out in several ways, by kind too.

        Not where a concept of the vocabulary goes by the short form and hardly a paper spells that out, so
        that there is nothing to compare, nor where the short form is mostly used alone.
        """
        found: dict[tuple[str, int], Meanings] = {}
        for short in self._alone.keys() & self._spelled.keys():
            uses = self._alone[short]
            for kind in {_KIND[use.type] for use in uses}:
                meanings = Meanings(
                    (main[name], {main[other] for other in named})
                    for name, named in self._spelled[short]
                    if _KIND[together[main[name]].type] == kind
                )
                alone = [main[use.name] for use in uses if _KIND[use.type] == kind]
                concepts = {name for name in alone if name.startswith(_CONCEPT)}
                common = not concepts and len(alone) > _OFTEN * sum(meanings.papers.values())
                if len(meanings.papers) > 1 and concepts <= meanings.papers.keys() and not common:
                    found[short, kind] = meanings
        return found

    def _main(self) -> dict[str, str]:
        """For each name the one that stands for it: the end of the way from name to more common name.

        A name joins at most one other, so that two common names are not joined by a rare one.
        """
        links: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for (name, form), papers in self._same.items():
            if form in self._seen:
                links[name].append((papers, form))
                links[form].append((papers, name))

        alike: defaultdict[str, list[object]] = defaultdict(list)
        for name in self._seen:
            if len(letters := squash(name)) > _LONGEST_WORD_IN_ITS_CASE:
                alike[name].append(letters)
        for short in sorted(self._short):
            for name in self._short[short]:
                if begin := beginnings(name):
                    alike[name].append((short, begin))

        def rank(name: str) -> tuple[bool, int, str]:
            return name.startswith(_CONCEPT), self._seen[name].papers, name

        main: dict[str, str] = {}
        first: dict[tuple[object, int], str] = {}
        for name in sorted(self._seen, key=rank, reverse=True):
            if not name.startswith(_CONCEPT):
                kind = _KIND[self._seen[name].type]
                spellings = [first.setdefault((key, kind), name) for key in alike[name]]
                if twin := next((other for other in spellings if other != name), ""):
                    main[name] = main[twin]
                    continue
            papers, other = max(
                (link for link in links[name] if rank(link[1]) > rank(name)),
                key=lambda link: (link[0], rank(link[1])),
                default=(0, name),
            )
            joins = papers * 2 >= self._seen[name].papers and not name.startswith(_CONCEPT)
            main[name] = main[other] if joins else name
        return main

    def _long_form(self, short: str, main: Mapping[str, str], together: Mapping[str, _Seen]) -> str:
        """The group that a short form alone belongs to, or nothing."""
        uses: Counter[str] = Counter()
        alone = together[short]
        for name, papers in self._short[short].items():
            if _KIND[together[main[name]].type] == _KIND[alone.type]:
                uses[main[name]] += papers
        group, papers = min(uses.items(), key=lambda item: (-item[1], item[0]), default=(short, 0))
        if group == short or papers * 5 < uses.total() * 4 or papers * _OFTEN < alone.papers:
            return ""
        return group

    def _concepts(self, together: Mapping[str, _Seen]) -> dict[str, Concept]:
        """The vocabulary's concept of each group, or one made of what was seen, with a slug of its own."""
        known = self._names.concepts
        taken = set(known)
        concepts: dict[str, Concept] = {}
        for name, seen in sorted(together.items()):
            if name.startswith(_CONCEPT):
                concepts[name] = known[name.removeprefix(_CONCEPT)]
            else:
                label = best_label(seen.forms)
                slug = free_slug(label, taken)
                taken.add(slug)
                concepts[name] = Concept(slug, label, seen.type)
        return concepts


def _entity(concept: Concept, seen: _Seen, present: set[str]) -> Entity:
    return Entity(
        slug=concept.slug,
        label=concept.label,
        type="Benchmark" if concept.type == "Dataset" and seen.scored else concept.type,
        alt_labels=tuple(sorted({*seen.forms, *_other_names(concept)} - {concept.label})),
        broader=tuple(slug for slug in concept.broader if slug in present),
        exact_match=concept.exact_match,
    )


def _other_names(concept: Concept) -> list[str]:
    """A concept's aliases without mere spellings of its label, which are worth listing only where met."""
    label = fold(concept.label)
    return [alias for alias in concept.aliases if fold(alias) != label]
