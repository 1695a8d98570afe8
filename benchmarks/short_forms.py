"""Whether the resolver tells what a short form stands for where papers mean different things by it.

    python -m benchmarks.short_forms CORPUS [--papers 10000]

CORPUS is an arXiv metadata file. Of one half of its first papers the long forms are hidden wherever a short
form stands beside them, and the resolver reads both halves; then the other way round. A short form counts if
at least two papers each of the half that is not hidden spell it out in different ways. It is told rightly if
its entity has the label that it has when nothing is hidden, and left open if it is an entity of its own.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from kg.evaluation.records import read_metadata
from kg.extraction import DEFAULT_EXTRACTOR, make_extractor
from kg.extraction.cache import ExtractionCache, default_cache_folder
from kg.extraction.parallel import fill_cache
from kg.records import Extraction
from kg.resolution import Resolution, Resolver
from kg.resolution.forms import split_forms
from kg.text.names import fold
from kg.vocabulary import load_vocabulary


def read(corpus: Path, papers: int) -> list[Extraction]:
    """What the extractor finds in the first papers of a corpus."""
    texts = [(title, abstract) for _, title, abstract in islice(read_metadata(corpus), papers)]
    reader = make_extractor(DEFAULT_EXTRACTOR, load_vocabulary())
    with ExtractionCache(default_cache_folder(), reader.fingerprint) as kept:
        fill_cache(texts, kept, reader)
        outcomes = [kept.get(text) for text in texts]
    return [one.extraction for one in outcomes if one and one.extraction]


def resolve(extractions: Sequence[Extraction]) -> Resolution:
    """The resolver's entities."""
    resolver = Resolver(load_vocabulary())
    for extraction in extractions:
        resolver.observe(extraction)
    return resolver.resolve()


def labels(resolution: Resolution, extraction: Extraction) -> list[str]:
    """The folded label of the entity that each of an extraction's entities is."""
    return [fold(resolution.entities[slug].label) for slug in resolution.slugs(extraction)]


def hide(extraction: Extraction) -> tuple[Extraction, dict[int, str]]:
    """The extraction without long forms that have a short one; the short ones by the entity's number."""
    shorts: dict[int, str] = {}
    entities = list(extraction.entities)
    for number, entity in enumerate(entities):
        _, short = split_forms(entity.forms)
        if short:
            kept = tuple(mention for mention in entity.mentions if mention.text in short)
            entities[number] = replace(entity, name=short[0], mentions=kept, concept="")
            shorts[number] = fold(short[0])
    return replace(extraction, entities=tuple(entities)), shorts


def main() -> None:
    """Print how many are told rightly, wrongly, and not at all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--papers", type=int, default=10_000)
    arguments = parser.parse_args()
    extractions = read(arguments.corpus, arguments.papers)
    whole = resolve(extractions)
    truth = [labels(whole, extraction) for extraction in extractions]
    outcomes: Counter[str] = Counter()
    for half in (0, 1):
        shown = list(extractions)
        hidden: dict[int, dict[int, str]] = {}
        spelled: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for n, extraction in enumerate(extractions):
            without, shorts = hide(extraction)
            if n % 2 == half:
                shown[n], hidden[n] = without, shorts
            else:
                for number, short in shorts.items():
                    spelled[short][truth[n][number]] += 1
        resolution = resolve(shown)
        for n, shorts in hidden.items():
            told = labels(resolution, shown[n])
            for number, short in shorts.items():
                meanings = [one for one, papers in spelled[short].most_common() if papers > 1]
                if len(meanings) > 1:
                    right = truth[n][number]
                    outcomes["all"] += 1
                    outcomes["the commonest meaning is right"] += meanings[0] == right
                    outcomes["told rightly"] += told[number] == right
                    outcomes["left open"] += told[number] == short != right
                    outcomes["told wrongly"] += told[number] not in (right, short)
    for name, count in outcomes.items():
        print(f"{name}: {count:,} ({count / outcomes['all']:.1%})")


if __name__ == "__main__":
    main()
