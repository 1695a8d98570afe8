"""Three small papers as the rooms before hand them on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg.records import (
    Entity,
    EntityType,
    Extraction,
    Field,
    LinkedPaper,
    LocalEntity,
    Mention,
    Note,
    Paper,
    ReadingList,
    Relation,
    RelationClaim,
    Result,
    Sentence,
)

MEDICAL = ReadingList("Medical RL", "medical.txt")
AGENTS = ReadingList("Agents", "agents.md")


def mention(paper: Paper, text: str, field: Field = "abstract", nth: int = 0) -> Mention:
    start = [m.start() for m in re.finditer(re.escape(text), paper.text(field))][nth]
    return Mention(field, start, start + len(text), text)


def sentences(paper: Paper) -> tuple[Sentence, ...]:
    spans = [m.span() for m in re.finditer(r"[^ ].*?[.](?= |$)", paper.abstract)]
    return (
        Sentence("title", 0, len(paper.title)),
        *(Sentence("abstract", start, end) for start, end in spans),
    )


def local(
    name: str, kind: EntityType, mentions: Iterable[Mention], *relations: Relation, confidence: float = 0.9
) -> LocalEntity:
    found = tuple(mentions)
    claims = tuple(RelationClaim(r, confidence, tuple(range(len(found)))) for r in relations)
    return LocalEntity(name, kind, found, claims)


GIRAFFE = Paper(
    title="Giraffe: long memory for clinical agents",
    abstract=(
        "We present Giraffe, an agent trained with group relative policy optimization (GRPO). "
        "On ClinicBench it reaches 66.60 accuracy, +9.02% over Zebra-7B. "
        "Retrieval is left for later."
    ),
    authors=("Ada Lund", "Béla Kő", "Ada Lund-Smith"),
    issued="2025-05",
    arxiv_id="2505.00001",
    arxiv_version=2,
    doi="10.1000/gi(raffe)",
    url="https://arxiv.org/abs/2505.00001",
    code_url="https://example.org/gi raffe",
    lists=(MEDICAL, AGENTS),
    notes=(Note("Summary", 'Worth "reading".\nTwice.'), Note("Open", "长记忆 \ufffd")),
)
ZEBRA = Paper(
    title="Zebra-7B and ClinicBench",
    abstract="Zebra-7B is a new model. ClinicBench is a new benchmark.",
    issued="2024",
    arxiv_id="hep-th/9901001",
    lists=(AGENTS,),
)
BARE = Paper(title="A paper of which only the title is known", doi="10.1000/182", issued="2023-01-31")

PAPERS = (
    LinkedPaper(
        "arxiv-2505.00001",
        GIRAFFE,
        Extraction(
            sentences(GIRAFFE),
            (
                local(
                    "Giraffe",
                    "Model",
                    [mention(GIRAFFE, "Giraffe", "title"), mention(GIRAFFE, "Giraffe")],
                    "introduces",
                ),
                local(
                    "group relative policy optimization",
                    "Method",
                    [mention(GIRAFFE, "group relative policy optimization"), mention(GIRAFFE, "GRPO")],
                    "uses",
                    confidence=0.85,
                ),
                local(
                    "ClinicBench", "Benchmark", [mention(GIRAFFE, "ClinicBench")], "trainsOn", "evaluatesOn"
                ),
                local("accuracy", "Metric", [mention(GIRAFFE, "accuracy")], "measures", confidence=1.0),
                local(
                    "Zebra-7B",
                    "Model",
                    [mention(GIRAFFE, "Zebra-7B")],
                    "comparesWith",
                    "uses",
                    confidence=0.5,
                ),
                local("Retrieval", "Method", [mention(GIRAFFE, "Retrieval")], "mentions", confidence=0.456),
            ),
            (
                Result(0, 2, 3, None, "66.60", "", "absolute", mention(GIRAFFE, "66.60")),
                Result(0, 2, 3, 4, "9.02", "%", "improvement", mention(GIRAFFE, "+9.02%")),
                Result(None, 2, None, 4, "9.02", "%", "improvement", mention(GIRAFFE, "+9.02%")),
            ),
        ),
        ("giraffe", "group-relative-policy-optimization", "clinicbench", "accuracy", "zebra-7b", "retrieval"),
    ),
    LinkedPaper(
        "arxiv-hep-th%2F9901001",
        ZEBRA,
        Extraction(
            sentences(ZEBRA),
            (
                local(
                    "Zebra-7B",
                    "Model",
                    [mention(ZEBRA, "Zebra-7B", "title"), mention(ZEBRA, "Zebra-7B")],
                    "introduces",
                ),
                local("ClinicBench", "Benchmark", [mention(ZEBRA, "ClinicBench")], "introduces"),
            ),
        ),
        ("zebra-7b", "clinicbench"),
        {("zebra-7b", "introduces"): ("Ada",)},
    ),
    LinkedPaper("doi-10.1000%2F182", BARE, Extraction((Sentence("title", 0, len(BARE.title)),)), ()),
)
ENTITIES = {
    entity.slug: entity
    for entity in (
        Entity("giraffe", "Giraffe", "Model"),
        Entity(
            "group-relative-policy-optimization",
            "group relative policy optimization",
            "Method",
            ("GRPO",),
            broader=("policy-optimization", "retrieval"),
            exact_match=("https://www.wikidata.org/entity/Q1",),
        ),
        Entity("clinicbench", "ClinicBench", "Benchmark"),
        Entity("accuracy", "accuracy", "Metric"),
        Entity("zebra-7b", "Zebra-7B", "Model"),
        Entity("retrieval", "Retrieval", "Method"),
        Entity("量子", "量子", "Task"),
    )
}
