"""The papers of the ponds, and as many more as make lists that go on over several pages."""

from __future__ import annotations

from pyoxigraph import Store

from tests.network.sample import ENTITIES, LISTS, PAPERS, Sample, SamplePaper

STUDIES = 65
SCORES = ("68.5", "9.25", "71.4")
"""What the first studies score on PondQA."""


def study(number: int) -> SamplePaper:
    """One of many papers that use reinforcement learning; the first ones report results on PondQA."""
    score = SCORES[number] if number < len(SCORES) else ""
    scored = f" [[FernLM|fernlm-7b]] scores {score}% in [[accuracy|accuracy]] on [[PondQA|pondqa]]."
    gain = " [[MossLM|mosslm]] gains +3.5% [[accuracy|accuracy]] on [[PondQA|pondqa]]."
    sentences = [f"In pond {number} we use [[RL|reinforcement-learning]]."]
    results: list[tuple[str, str, str, str, str]] = []
    if score:
        sentences.append(scored.strip())
        results.append(("fernlm-7b", "pondqa", "accuracy", score, f"{score}%"))
    if number == 0:
        sentences.append(gain.strip())
        results.append(("mosslm", "pondqa", "accuracy", "3.5", "+3.5%"))
    return SamplePaper(
        f"arxiv-2404.{number:05}",
        f"Pond Study {number}",
        sentences,
        {
            "reinforcement-learning": [("uses", f"0.{60 + number % 30}")],
            **({"pondqa": [("evaluatesOn", "0.90")], "accuracy": [("measures", "0.90")]} if score else {}),
            **({"fernlm-7b": [("uses", "0.80")]} if score else {}),
            **({"mosslm": [("uses", "0.80")]} if number == 0 else {}),
        },
        issued=f"2024-{number % 9 + 1:02}",
        lists=("marsh-notes",),
        results=results,
    )


def ponds() -> Store:
    """The graph that the tests of the explorer look at."""
    sample = Sample(ENTITIES)
    for paper in (*PAPERS, *map(study, range(STUDIES))):
        sample.paper(paper)
    return sample.finish(LISTS)
