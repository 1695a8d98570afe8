"""Graphs to look at: eight invented papers in two lists, and synthetic ones of any size.

The texts are marked up, ``[[name|slug]]``, so that every offset is right by construction.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.rdf.namespaces import Iris, term
from kg.records import EntityType, Field, Relation

A = term("rdf:type")
_MARKUP = re.compile(r"\[\[(.+?)\|(.+?)\]\]")


@dataclass(frozen=True)
class SampleEntity:
    label: str
    type: EntityType
    aliases: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()


@dataclass(frozen=True)
class SamplePaper:
    key: str
    title: str
    sentences: Sequence[str]
    claims: Mapping[str, Sequence[tuple[Relation, str]]]
    """By slug: each relation with its confidence."""
    issued: str = "2025-05"
    url: str = ""
    code: str = ""
    authors: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    results: Sequence[tuple[str, str, str, str, str]] = ()
    """Subject, benchmark and metric (slugs), value, and the verbatim number as the abstract has it."""


@dataclass
class Sample:
    """Writes papers into a store as a build does."""

    entities: Mapping[str, SampleEntity]
    store: Store = field(default_factory=Store)
    iris: Iris = field(default_factory=Iris)
    _used: dict[str, None] = field(default_factory=dict)
    _introduced: dict[str, list[str]] = field(default_factory=dict)
    _papers: list[SamplePaper] = field(default_factory=list)

    def add(self, subject: NamedNode, name: str, *values: NamedNode | Literal | str) -> None:
        self.store.extend(
            Quad(subject, term(name), term(value) if isinstance(value, str) else value) for value in values
        )

    def paper(self, paper: SamplePaper) -> None:
        key, iri = paper.key, self.iris.paper(paper.key)
        self._papers.append(paper)
        title, title_marks = _plain(paper.title)
        self.add(iri, "rdf:type", "kg:Paper", "fabio:ResearchPaper", "schema:ScholarlyArticle")
        self.add(iri, "dcterms:title", Literal(title))
        self.add(iri, "dcterms:issued", _date(paper.issued))
        if paper.authors:
            self.add(iri, "dcterms:creator", *map(Literal, paper.authors))
            self.add(iri, "kg:byline", Literal("; ".join(paper.authors)))
        if key.startswith("arxiv-"):
            self.add(iri, "fabio:hasArXivId", Literal(key.removeprefix("arxiv-")))
        if paper.url:
            self.add(iri, "schema:url", NamedNode(paper.url))
        if paper.code:
            self.add(iri, "schema:codeRepository", NamedNode(paper.code))
        for slug in paper.lists:
            self.add(iri, "dcterms:isPartOf", self.iris.reading_list(slug))

        mentions: dict[str, list[NamedNode]] = {}
        spans: list[tuple[Field, int, str, list[tuple[int, int, str]]]] = [("title", 0, title, title_marks)]
        abstract = ""
        for sentence in paper.sentences:
            text, marks = _plain(sentence)
            abstract += " " if abstract else ""
            spans.append(("abstract", len(abstract), text, marks))
            abstract += text
        if abstract:
            self.add(iri, "dcterms:abstract", Literal(abstract))
        for name, offset, text, marks in spans:
            holder = self.iris.sentence(key, name, offset, offset + len(text))
            rows = [row for row in paper.results if name == "abstract" and row[4] in text]
            if marks or rows:
                self.add(holder, "rdf:type", "kg:Sentence")
                self.add(holder, "kg:text", Literal(text))
                self._place(holder, iri, name, offset, offset + len(text))
            for start, end, slug in marks:
                mention = self.iris.mention(key, name, offset + start, offset + end)
                mentions.setdefault(slug, []).append(mention)
                self.add(mention, "rdf:type", "kg:Mention", "oa:TextQuoteSelector", "oa:TextPositionSelector")
                self.add(mention, "kg:denotes", self.iris.entity(slug))
                self.add(mention, "oa:exact", Literal(text[start:end]))
                self.add(mention, "kg:inSentence", holder)
                self._place(mention, iri, name, offset + start, offset + end)
            for subject, benchmark, metric, value, verbatim in rows:
                start = offset + text.index(verbatim)
                result = self.iris.result(key, "abstract", start, start + len(verbatim), 1)
                self.add(iri, "kg:hasResult", result)
                self.add(result, "rdf:type", "kg:Result", "mls:ModelEvaluation")
                for role, slug in (("subject", subject), ("benchmark", benchmark), ("metric", metric)):
                    if slug:
                        self.add(result, f"kg:{role}", self.iris.entity(slug))
                self.add(result, "kg:value", Literal(value, datatype=term("xsd:decimal")))
                self.add(result, "kg:verbatim", Literal(verbatim))
                if verbatim.endswith("%"):
                    self.add(result, "kg:unit", Literal("%"))
                self.add(
                    result, "kg:kind", Literal("improvement" if verbatim.startswith("+") else "absolute")
                )
                self.add(result, "kg:inSentence", holder)
                self._place(result, iri, None, start, start + len(verbatim))
        for slug, relations in paper.claims.items():
            self._used[slug] = None
            self.add(iri, "kg:mentions", self.iris.entity(slug))
            for relation, confidence in relations:
                claim = self.iris.claim(key, relation, slug)
                self.add(iri, f"kg:{relation}", self.iris.entity(slug))
                self.add(claim, "rdf:type", "kg:Claim", "rdf:Statement")
                self.add(claim, "rdf:subject", iri)
                self.add(claim, "rdf:predicate", f"kg:{relation}")
                self.add(claim, "rdf:object", self.iris.entity(slug))
                self.add(claim, "kg:confidence", Literal(confidence, datatype=term("xsd:decimal")))
                self.add(claim, "kg:evidence", *mentions[slug])
                if relation == "introduces":
                    self._introduced.setdefault(slug, []).append(key)

    def finish(self, lists: Mapping[str, str] | None = None) -> Store:
        for slug, title in (lists or {}).items():
            iri = self.iris.reading_list(slug)
            self.add(iri, "rdf:type", "kg:ReadingList", "fabio:WorkCollection")
            self.add(iri, "dcterms:title", Literal(title))
            self.add(iri, "dcterms:source", Literal(f"{slug}.md"))
        for slug in self._used:
            entity, iri = self.entities[slug], self.iris.entity(slug)
            self.add(iri, "rdf:type", "kg:ResearchEntity", f"kg:{entity.type}", "skos:Concept")
            self.add(iri, "skos:prefLabel", Literal(entity.label))
            self.add(iri, "skos:altLabel", *map(Literal, entity.aliases))
            self.add(
                iri,
                "skos:broader",
                *(self.iris.entity(other) for other in entity.broader if other in self._used),
            )
        for paper in self._papers:
            for slug, relations in paper.claims.items():
                self._derive(paper.key, slug, {relation for relation, _ in relations})
        return self.store

    def _derive(self, key: str, slug: str, relations: set[Relation]) -> None:
        introducers = self._introduced.get(slug, [])
        if len(introducers) != 1 or introducers[0] == key:
            return
        kind = self.entities[slug].type
        if kind in ("Method", "Model") and "uses" in relations:
            link = "usesMethodIn"
        elif kind in ("Dataset", "Benchmark") and relations & {"trainsOn", "evaluatesOn", "uses"}:
            link = "usesDataFrom"
        else:
            return
        source, target = self.iris.paper(key), self.iris.paper(introducers[0])
        derivation = self.iris.derivation(key, link, introducers[0], slug)
        self.add(source, f"cito:{link}", target)
        self.add(derivation, "rdf:type", "kg:Derivation", "rdf:Statement")
        self.add(derivation, "rdf:subject", source)
        self.add(derivation, "rdf:predicate", f"cito:{link}")
        self.add(derivation, "rdf:object", target)
        self.add(derivation, "kg:via", self.iris.entity(slug))

    def _place(self, iri: NamedNode, paper: NamedNode, name: Field | None, start: int, end: int) -> None:
        self.add(iri, "kg:inPaper", paper)
        if name:
            self.add(iri, "kg:field", Literal(name))
        for bound, value in (("oa:start", start), ("oa:end", end)):
            self.add(iri, bound, Literal(str(value), datatype=term("xsd:nonNegativeInteger")))


def _plain(markup: str) -> tuple[str, list[tuple[int, int, str]]]:
    text, marks, position = "", [], 0
    for match in _MARKUP.finditer(markup):
        text += markup[position : match.start()]
        marks.append((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        position = match.end()
    return text + markup[position:], marks


def _date(value: str) -> Literal:
    kind = {4: "gYear", 7: "gYearMonth", 10: "date"}[len(value)]
    return Literal(value, datatype=term(f"xsd:{kind}"))


ENTITIES: Mapping[str, SampleEntity] = {
    "leaf-routing": SampleEntity("leaf routing", "Method", ("LR", "Leaf Routing")),
    "tidal-optimization": SampleEntity("tidal optimization", "Method", ("TidalOpt",)),
    "reinforcement-learning": SampleEntity("reinforcement learning", "Method", ("RL",)),
    "offline-reinforcement-learning": SampleEntity(
        "offline reinforcement learning", "Method", ("offline RL",), ("reinforcement-learning",)
    ),
    "fernlm-7b": SampleEntity("FernLM-7B", "Model", ("FernLM",)),
    "mosslm": SampleEntity("MossLM", "Model"),
    "pondqa": SampleEntity("PondQA", "Benchmark", ("Pond QA",)),
    "reedbench": SampleEntity("ReedBench", "Benchmark"),
    "marsh-12k": SampleEntity("Marsh-12K", "Dataset"),
    "wetland-corpus": SampleEntity("Wetland Corpus", "Dataset"),
    "question-answering": SampleEntity("question answering", "Task", ("QA",)),
    "bird-call-recognition": SampleEntity("bird call recognition", "Task"),
    "accuracy": SampleEntity("accuracy", "Metric"),
    "f1": SampleEntity("F1", "Metric", ("F1 score", "<b>F-measure</b>")),
    "img-onerror": SampleEntity('<img src=x onerror="window.hacked=2">', "Method", ("</script>",)),
}

LISTS = {"pond-reading": "Pond reading group", "marsh-notes": 'Marsh "notes" & <i>more</i>'}

PAPERS: Sequence[SamplePaper] = (
    SamplePaper(
        "arxiv-2501.00001",
        "FernLM: [[Leaf Routing|leaf-routing]] for Patient Language Models",
        (
            "We propose [[leaf routing|leaf-routing]] ([[LR|leaf-routing]]), ",
            "With it we train [[FernLM-7B|fernlm-7b]] on [[Marsh-12K|marsh-12k]].",
            "It reaches 71.5% [[accuracy|accuracy]] on [[PondQA|pondqa]], ahead of [[MossLM|mosslm]].",
        ),
        {
            "leaf-routing": [("introduces", "0.97")],
            "fernlm-7b": [("introduces", "0.95")],
            "marsh-12k": [("trainsOn", "0.90")],
            "accuracy": [("measures", "0.88")],
            "pondqa": [("evaluatesOn", "0.93")],
            "mosslm": [("comparesWith", "0.85")],
        },
        issued="2025-01",
        url="https://arxiv.org/abs/2501.00001",
        code="https://example.org/fernlm",
        authors=("Ada Example", "Bo Sample"),
        lists=("pond-reading",),
        results=(("fernlm-7b", "pondqa", "accuracy", "71.5", "71.5%"),),
    ),
    SamplePaper(
        "arxiv-2502.00002",
        "[[PondQA|pondqa]]: A Still Benchmark for [[Question Answering|question-answering]]",
        (
            "[[Question answering|question-answering]] is often scored on noisy water.",
            "Our [[PondQA|pondqa]] scores [[MossLM|mosslm]] and [[FernLM|fernlm-7b]] by [[F1|f1]].",
        ),
        {
            "pondqa": [("introduces", "0.98"), ("evaluatesOn", "0.80")],
            "question-answering": [("addresses", "0.92")],
            "mosslm": [("comparesWith", "0.81")],
            "fernlm-7b": [("comparesWith", "0.81")],
            "f1": [("measures", "0.75")],
        },
        issued="2025-02-14",
        url="https://arxiv.org/abs/2502.00002",
        lists=("pond-reading", "marsh-notes"),
    ),
    SamplePaper(
        "doi-10.9999%2Ftidal.3",
        "<script>window.hacked=1</script> Attacks on [[Reinforcement Learning|reinforcement-learning]]",
        (
            "We pair [[RL|reinforcement-learning]] with [[TidalOpt|tidal-optimization]], </script> or not.",
            "[[Leaf routing|leaf-routing]] is used throughout, and [[PondQA|pondqa]] for scoring.",
        ),
        {
            "reinforcement-learning": [("uses", "0.70")],
            "tidal-optimization": [("introduces", "0.96")],
            "leaf-routing": [("uses", "0.84")],
            "pondqa": [("evaluatesOn", "0.79")],
        },
        issued="2024",
        url="javascript:window.hacked=3",
        code="javascript:alert(1)",
        lists=("marsh-notes",),
    ),
    SamplePaper(
        "arxiv-2503.00004",
        'بركة هادئة: Notes on "[[Offline RL|offline-reinforcement-learning]]" & 🦆 Ponds',
        (
            "We run [[offline RL|offline-reinforcement-learning]] "
            "with [[tidal optimization|tidal-optimization]].",
            "Trained on the [[Wetland Corpus|wetland-corpus]], it gains +4.2% on [[ReedBench|reedbench]].",
        ),
        {
            "offline-reinforcement-learning": [("uses", "0.90")],
            "tidal-optimization": [("uses", "0.88")],
            "wetland-corpus": [("trainsOn", "0.91")],
            "reedbench": [("evaluatesOn", "0.93")],
        },
        issued="2025-03",
        url="https://arxiv.org/abs/2503.00004",
        lists=("marsh-notes",),
        results=(("tidal-optimization", "reedbench", "", "4.2", "+4.2%"),),
    ),
    SamplePaper(
        "arxiv-2503.00005",
        "[[ReedBench|reedbench]] and the [[Wetland Corpus|wetland-corpus]]",
        (
            "We introduce the [[Wetland Corpus|wetland-corpus]] and [[ReedBench|reedbench]] "
            "for [[bird call recognition|bird-call-recognition]].",
        ),
        {
            "wetland-corpus": [("introduces", "0.97")],
            "reedbench": [("introduces", "0.97")],
            "bird-call-recognition": [("addresses", "0.90")],
        },
        issued="2025-03",
        url="https://arxiv.org/abs/2503.00005",
        lists=("pond-reading",),
    ),
    SamplePaper(
        "title-a-survey-of-ponds",
        "A Survey of Ponds, Puddles and Everything Else that One Might Read about on a Rainy Afternoon",
        (
            "We list [[reinforcement learning|reinforcement-learning]] "
            "and [[question answering|question-answering]].",
            "[[RL|reinforcement-learning]] comes first.",
            "Then [[RL|reinforcement-learning]] once more.",
            "At last, [[RL|reinforcement-learning]] and [[RL|reinforcement-learning]] meet.",
            "[[RL|reinforcement-learning]] ends it.",
        ),
        {"reinforcement-learning": [("uses", "0.77")], "question-answering": [("mentions", "0.55")]},
        issued="2023",
        lists=("pond-reading",),
    ),
    SamplePaper(
        "arxiv-2504.00007",
        'Scoring by [[F1 score|f1]] alone: [[<img src=x onerror="window.hacked=2">|img-onerror]]',
        ('We use [[<img src=x onerror="window.hacked=2">|img-onerror]] and report [[accuracy|accuracy]].',),
        {
            "f1": [("measures", "0.60")],
            "accuracy": [("measures", "0.90")],
            "img-onerror": [("uses", "0.66")],
        },
        issued="2025-04",
        url="https://arxiv.org/abs/2504.00007",
    ),
    SamplePaper(
        "arxiv-2504.00008",
        "An Island with No Bridge",
        ("This abstract names nothing.",),
        {},
        issued="2025-04",
        url="https://arxiv.org/abs/2504.00008",
    ),
)


def pond() -> Store:
    """The eight invented papers."""
    sample = Sample(ENTITIES)
    for paper in PAPERS:
        sample.paper(paper)
    return sample.finish(LISTS)


_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "juniper", "kelp", "meadow")
_RELATIONS: Mapping[EntityType, tuple[Relation, ...]] = {
    "Method": ("uses", "uses", "comparesWith", "mentions"),
    "Model": ("comparesWith", "comparesWith", "uses"),
    "Dataset": ("trainsOn", "uses"),
    "Benchmark": ("evaluatesOn", "evaluatesOn", "mentions"),
    "Task": ("addresses", "mentions"),
    "Metric": ("measures",),
}


def synthetic(papers: int, *, per_paper: int = 12, seed: int = 7) -> Store:
    """A graph of many papers: topics, entities shared by few or very many, and things of one paper alone."""
    chance = random.Random(seed)
    topics = max(3, round(papers**0.5 / 2))
    entities: dict[str, SampleEntity] = {}

    def new(prefix: str, kind: EntityType) -> str:
        word = chance.choice(_WORDS)
        label = {"Task": f"{word} {chance.choice(_WORDS)} prediction", "Metric": f"{word} score"}.get(
            kind, f"{word.title()}{chance.choice(('Net', 'Former', 'LM', 'QA', 'Bench', 'Flow'))}"
        )
        slug = f"{prefix}-{len(entities)}"
        entities[slug] = SampleEntity(f"{label}-{len(entities)}", kind, (f"{label} {len(entities)}",))
        return slug

    kinds: Sequence[EntityType] = (
        "Method",
        "Method",
        "Method",
        "Model",
        "Model",
        "Benchmark",
        "Dataset",
        "Task",
        "Metric",
    )
    shared = [new("common", chance.choice(kinds)) for _ in range(40)]
    pools = [[new(f"topic{t}", chance.choice(kinds)) for _ in range(40)] for t in range(topics)]
    sample = Sample(entities)
    for number in range(papers):
        topic = min(int(chance.expovariate(1.2) * topics / 3), topics - 1)
        chosen: dict[str, list[tuple[Relation, str]]] = {}
        for _ in range(chance.randint(per_paper - 5, per_paper + 5)):
            dice = chance.random()
            if dice < 0.25:
                slug = shared[min(int(chance.expovariate(0.15)), 39)]
            elif dice < 0.6:
                slug = pools[topic][min(int(chance.expovariate(0.12)), 39)]
            else:
                slug = new("own", chance.choice(kinds))
            relation = (
                "introduces"
                if slug.startswith("own") and chance.random() < 0.2
                else chance.choice(_RELATIONS[entities[slug].type])
            )
            chosen[slug] = [(relation, f"0.{chance.randint(50, 99)}")]
        marked = [f"[[{entities[slug].label}|{slug}]]" for slug in chosen]
        sentences = [
            f"In this part of the study we look closely at {' and '.join(marked[i : i + 2])}, which helps."
            for i in range(0, len(marked), 2)
        ]
        words = " ".join(chance.choice(_WORDS).title() for _ in range(5))
        sample.paper(
            SamplePaper(
                f"arxiv-{2000 + number // 1000}.{number:05d}",
                f"{words} in Study {number}",
                sentences,
                chosen,
                issued=f"{2020 + number % 6}-{number % 12 + 1:02d}",
                url=f"https://arxiv.org/abs/{2000 + number // 1000}.{number:05d}",
            )
        )
    return sample.finish()
