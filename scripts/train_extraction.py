"""Count and fit what ``kg/extraction/data/`` holds, from annotated papers and an arXiv metadata file.

    python scripts/train_extraction.py clusters --corpus arxiv-cs.jsonl.gz --work work/
    python scripts/train_extraction.py fit --gold train.jsonl --work work/ [--vocabulary FILE]
    python scripts/train_extraction.py validate --gold train.jsonl --work work/ --folds 5 --scorer score.py

``clusters`` groups words by the company that they keep in the corpus: singular vectors of positive pointwise
mutual information with words up to two places away, then k-means. ``fit`` writes the lexicon and the models.
``validate`` fits on all folds but one, extracts the papers of that one, and scores all folds together. Every
step gives the same files for the same input on one machine. Needs NumPy, SciPy and scikit-learn.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.cluster import MiniBatchKMeans
from sklearn.linear_model import LogisticRegression

from kg.extraction import extractor as extractor_module
from kg.extraction.candidates import Candidates, Features, describe, find_candidates
from kg.extraction.entities import Group, group_names
from kg.extraction.extractor import Extractor
from kg.extraction.lexicon import Lexicon
from kg.extraction.linear import LinearModel, save_json
from kg.extraction.mentions import NOTHING, context
from kg.extraction.reading import Found, Reading, reading
from kg.extraction.relations import mention_cues, own_cues
from kg.extraction.results import (
    OTHER,
    Naming,
    around,
    find_places,
    link_cues,
    number_cues,
    sentence_mentions,
)
from kg.records import ENTITY_TYPES, RELATIONS, Extraction, LocalEntity, RelationClaim, Vocabulary
from kg.text import clean_latex, join_lines, tidy
from kg.vocabulary import load_vocabulary

Record = dict[str, Any]
DATA = Path(extractor_module.__file__).parent / "data"

VOCABULARY_SIZE, CONTEXT_WORDS, LEAST_COUNT = 25_000, 4_000, 12
DIMENSIONS, CLUSTERS, FAMILIES = 120, 600, 64
_WORD = re.compile(r"[A-Za-z0-9][\w.+@#'-]*[\w+#]|\w|[^\w\s]")
_SUFFIX = re.compile(
    r"-(?:based|driven|guided|enhanced|augmented|powered|style|like|trained|specific|generated|assisted|inspired"
    r"|oriented|related|aware|centric|enabled|only|free|level|integrated|tuned|finetuned)$"
)
_FUNCTION_WORDS = """the a an this that these those our we it its their they of and or for with to in on by as
is are be from at into than via over under between which while when where who whose not no but if so such can
may has have had was were will would could should both each either neither more most less least very"""


def read_papers(path: Path) -> list[Record]:
    """The papers of a JSON Lines file, gzipped or not, with their texts as a build cleans them."""
    packed_bytes = path.read_bytes()
    text = gzip.decompress(packed_bytes) if path.suffix == ".gz" else packed_bytes
    papers = [json.loads(line) for line in text.decode().split("\n") if line]
    for paper in papers:
        for name in ("title", "abstract"):
            paper[name] = tidy(clean_latex(join_lines(paper[name])))
    return papers


def cluster_words(corpus: Path, work: Path) -> None:
    """Write ``clusters.json``: the words of each cluster, and the family of each."""
    texts: list[list[str]] = []
    counts: Counter[str] = Counter()
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            paper = json.loads(line)
            words: list[str] = []
            for word in _WORD.findall(f"{paper['title']} . {' '.join(paper['abstract'].split())}".lower()):
                suffix = _SUFFIX.search(word)
                words += [word[: suffix.start()], suffix[0]] if suffix else [word]
            texts.append(words)
            counts.update(words)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:VOCABULARY_SIZE]
    vocabulary = [word for word, count in ranked if count >= LEAST_COUNT]
    rows = {word: row for row, word in enumerate(vocabulary)}
    stream = np.fromiter(
        (row for words in texts for row in [*(rows.get(word, -1) for word in words), -1, -1]), np.int32
    )
    table: Any = None
    for slot, offset in enumerate((-2, -1, 1, 2)):
        words_at, company = (
            (stream[:-offset], stream[offset:]) if offset > 0 else (stream[-offset:], stream[:offset])
        )
        kept = (words_at >= 0) & (company >= 0) & (company < CONTEXT_WORDS)
        part = sparse.coo_matrix(
            (np.ones(kept.sum(), np.float32), (words_at[kept], company[kept] + slot * CONTEXT_WORDS)),
            shape=(len(vocabulary), 4 * CONTEXT_WORDS),
        ).tocsr()
        table = part if table is None else table + part
    table = table.tocoo()
    total = table.sum()
    words_total = np.asarray(table.sum(1)).ravel()
    company_total = np.asarray(table.sum(0)).ravel() ** 0.75
    company_total *= total / company_total.sum()
    information = np.log(table.data * total / (words_total[table.row] * company_total[table.col]))
    kept = information > 0
    matrix = sparse.csr_matrix(
        (information[kept].astype(np.float32), (table.row[kept], table.col[kept])), shape=table.shape
    )
    left, singular_values, _ = svds(matrix, k=DIMENSIONS, random_state=0)
    vectors = left * np.sqrt(singular_values)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    fitted = MiniBatchKMeans(CLUSTERS, random_state=0, n_init=3, batch_size=4096, max_iter=60).fit(vectors)
    families = MiniBatchKMeans(FAMILIES, random_state=0, n_init=5).fit(fitted.cluster_centers_)
    clusters: list[list[str]] = [[] for _ in range(CLUSTERS)]
    for word, number in zip(vocabulary, fitted.labels_, strict=True):
        clusters[number].append(word)
    value = {"clusters": clusters, "families": [int(one) for one in families.labels_]}
    (work / "clusters.json").write_text(json.dumps(value, ensure_ascii=False))


def normal(form: str) -> str:
    """A form as the scorer compares it."""
    words = re.sub(r"[^0-9a-z+#@ ]+", " ", form.lower().replace("-", " ")).split()
    if (
        words
        and len(words[-1]) > 3
        and words[-1].endswith("s")
        and not words[-1].endswith(("ss", "us", "is"))
    ):
        words[-1] = words[-1][:-1]
    return " ".join(words)


@dataclass
class Example:
    """An annotated paper as the pipeline reads it, up to the component that chooses names."""

    paper: Record
    reading: Reading


def read_examples(papers: Iterable[Record], vocabulary: Vocabulary) -> list[Example]:
    """Run the first components of the pipeline."""
    pipeline = Extractor.__new__(Extractor)
    Extractor._build(pipeline, vocabulary)
    nlp = pipeline._nlp
    examples = []
    with nlp.select_pipes(enable=["kg_sentences", "kg_vocabulary", "kg_short_forms"]):
        for paper in papers:
            doc = pipeline._doc((paper["title"], paper["abstract"]))
            for _, component in nlp.pipeline:
                doc = component(doc)
            examples.append(Example(paper, reading(doc)))
    return examples


def label(example: Example, candidates: Candidates) -> np.ndarray[Any, np.dtype[np.int8]]:
    """For each candidate 0, or 1 + the index of its gold type; a name within a longer one counts as none."""
    types: dict[str, int] = {}
    for entity in example.paper["entities"]:
        for form in (entity["name"], *entity["aliases"]):
            types.setdefault(normal(form), 1 + ENTITY_TYPES.index(entity["type"]))
    labels = np.zeros(len(candidates.spans), np.int8)
    matches = [
        (span.first - span.last, span, n)
        for n, span in enumerate(candidates.spans)
        if normal(example.reading.quote(span)) in types
    ]
    cover: dict[int, object] = {}
    for _, span, n in sorted(matches):
        holder = cover.get(span.first)
        if (
            holder is not None
            and holder != span
            and all(cover.get(i) == holder for i in range(span.first, span.last + 1))
        ):
            continue
        labels[n] = types[normal(example.reading.quote(span))]
        for i in range(span.first, span.last + 1):
            cover.setdefault(i, span)
    return labels


def count_barriers(examples: Sequence[Example]) -> frozenset[str]:
    """Lower-case words of which hardly any occurrence lies in an annotated name."""
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for example in examples:
        text = example.reading.text.lower()
        tokens = example.reading.tokens
        covered = [False] * len(tokens)
        forms = sorted(
            {
                form.lower()
                for entity in example.paper["entities"]
                for form in (entity["name"], *entity["aliases"])
            }
        )
        for form in forms:
            for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text):
                first = tokens.index.get(match.start())
                while first is not None and first < len(tokens) and tokens.ends[first] <= match.end():
                    covered[first] = True
                    first += 1
        for word, within in zip(tokens.lowers, covered, strict=True):
            (inside if within else outside)[word] += 1
    rare = {
        word
        for word, count in outside.items()
        if count >= 15 and inside[word] / (inside[word] + count) < 0.012
    }
    return frozenset(rare | set(_FUNCTION_WORDS.split()))


def rows_of(candidates: Candidates, features: Features) -> list[list[str]]:
    """All features of each candidate."""
    return [
        [
            *features.start[span.first],
            *features.end[span.last],
            *own,
            *(feature for i in range(span.first, span.last + 1) for feature in features.inside[i]),
        ]
        for span, own in zip(candidates.spans, features.own, strict=True)
    ]


def fit_linear(
    rows: Sequence[Sequence[str]],
    labels: Sequence[int],
    classes: Sequence[str],
    *,
    strength: float,
    least: int,
) -> dict[str, Any]:
    """Fit a multinomial logistic regression, and round and prune it as its file holds it."""
    counts: Counter[str] = Counter(feature for row in rows for feature in row)
    names = sorted(feature for feature, count in counts.items() if count >= least and "\n" not in feature)
    index = {feature: column for column, feature in enumerate(names)}
    columns, ends = array("i"), array("q", [0])
    for row in rows:
        columns.extend(index[feature] for feature in row if feature in index)
        ends.append(len(columns))
    matrix = sparse.csr_matrix(
        (np.ones(len(columns), np.float32), np.frombuffer(columns, np.int32), np.frombuffer(ends, np.int64)),
        shape=(len(rows), len(names)),
    )
    matrix.sum_duplicates()
    fitted = LogisticRegression(C=strength, max_iter=400, tol=1e-5).fit(matrix, np.asarray(labels))
    weights = np.zeros((len(classes), len(names) + 1))
    weights[fitted.classes_, :-1] = fitted.coef_
    weights[fitted.classes_, -1] = fitted.intercept_
    weights -= weights.mean(axis=0)
    return {"classes": list(classes), "names": names, "weights": weights}


SCALE = 0.03
PRUNE = 3


def packed(model: dict[str, Any]) -> dict[str, Any]:
    """A fitted model in whole multiples of ``SCALE``; features whose weights are all small are left out."""
    whole = np.rint(model["weights"] / SCALE).astype(int)
    kept = np.abs(whole[:, :-1]).max(axis=0) >= PRUNE
    features = [name for name, keep in zip(model["names"], kept, strict=True) if keep]
    return {
        "classes": model["classes"],
        "features": "\n".join(features),
        "scale": SCALE,
        "weights": [[*row[:-1][kept].tolist(), int(row[-1])] for row in whole],
    }


def unpacked(value: dict[str, Any]) -> LinearModel:
    """The model of a packed value."""
    weights = np.ascontiguousarray(np.array(value["weights"], np.float32).T * np.float32(value["scale"]))
    return LinearModel(
        tuple(value["classes"]),
        {name: row for row, name in enumerate(value["features"].split("\n"))},
        weights,
    )


def fit_names(examples: Sequence[Example], lexicon: Lexicon) -> dict[str, Any]:
    """The model that tells names and their types from other candidates."""
    rows: list[list[str]] = []
    labels: list[int] = []
    for example in examples:
        known = context(example.reading)
        candidates = find_candidates(known, lexicon)
        rows.extend(rows_of(candidates, describe(candidates, known, lexicon)))
        labels.extend(label(example, candidates).tolist())
    return packed(fit_linear(rows, labels, [NOTHING, *ENTITY_TYPES], strength=0.25, least=2))


def read_gold(example: Example, lexicon: Lexicon) -> tuple[Reading, list[Group], list[Record]]:
    """A reading with the gold names in place of found ones, its groups, and the gold entity of each."""
    one = replace(example.reading, entities=[], entity_spans=[], found=[])
    one.tokens = example.reading.tokens
    candidates = find_candidates(context(one), lexicon)
    labels = label(example, candidates)
    taken: set[int] = set()
    for n in sorted(
        np.flatnonzero(labels).tolist(), key=lambda n: (-len(candidates.keys[n]), candidates.spans[n])
    ):
        span = candidates.spans[n]
        places = set(range(span.first, span.last + 1))
        if places & taken:
            continue
        taken |= places
        probabilities = tuple(float(labels[n] == 1 + k) for k in range(len(ENTITY_TYPES)))
        one.found.append(Found(span, candidates.keys[n], probabilities, True))
    one.found.sort(key=lambda found: found.span)
    gold = {
        normal(form): entity
        for entity in example.paper["entities"]
        for form in (entity["name"], *entity["aliases"])
    }
    groups, entities = [], []
    for group in group_names(one):
        entity = gold.get(normal(group.name))
        if entity is None:
            continue
        group.type = entity["type"]
        groups.append(group)
        entities.append(entity)
        relations = tuple(RelationClaim(name, 1.0, (0,)) for name in entity["relations"])
        one.entities.append(LocalEntity(group.name, group.type, (), relations))
        one.entity_spans.append(group.spans)
    return one, groups, entities


def fit_relations(examples: Sequence[Example], lexicon: Lexicon) -> dict[str, Any]:
    """The model that tells the paper's relations to what it names, from the gold names."""
    rows: list[list[str]] = []
    names: list[str] = []
    for example in examples:
        one, groups, entities = read_gold(example, lexicon)
        for group, entity in zip(groups, entities, strict=True):
            cues = mention_cues(one, group, lexicon)
            rows.append(
                [*own_cues(one, group, lexicon), *dict.fromkeys(cue for mention in cues for cue in mention)]
            )
            names.append("+".join(sorted(entity["relations"], key=RELATIONS.index)))
    counts = Counter(names)
    classes = sorted(name for name, count in counts.items() if count >= 20 or "+" not in name)
    labels_of = [classes.index(name if name in classes else name.split("+")[0]) for name in names]
    return packed(fit_linear(rows, labels_of, classes, strength=0.03, least=3))


def fit_results(examples: Sequence[Example], lexicon: Lexicon) -> dict[str, dict[str, Any]]:
    """The models that tell results from other numbers, and the parts that names have in a result."""
    number_rows: list[list[str]] = []
    number_labels: list[int] = []
    link_rows: list[list[str]] = []
    link_labels: list[int] = []
    kinds = [OTHER, "absolute", "improvement"]
    roles = [OTHER, "subject", "benchmark", "metric", "baseline"]
    for example in examples:
        one, _, entities = read_gold(example, lexicon)
        by_value: dict[str, list[Record]] = {}
        for row in example.paper["results"]:
            by_value.setdefault(str(row["value"]).lstrip("-+"), []).append(row)
        namings = sentence_mentions(one)
        for place in find_places(one):
            here = around(place, namings.get(place.sentence, []))
            rows = by_value.get(place.number.value, [])
            if len(rows) > 1:
                rows = _of_sentence(rows, place.sentence, here, entities) or rows
            kind = rows[0]["kind"] if rows else OTHER
            number_rows.append(number_cues(one, place, here))
            number_labels.append(kinds.index(kind))
            for naming in here if rows else ():
                role = OTHER
                for row in rows:
                    for name in roles[1:]:
                        if row[name] and normal(row[name]) == normal(entities[naming.entity]["name"]):
                            role = name
                link_rows.append(link_cues(one, place, naming, here, kind))
                link_labels.append(roles.index(role))
    return {
        "numbers": packed(fit_linear(number_rows, number_labels, kinds, strength=0.1, least=2)),
        "links": packed(fit_linear(link_rows, link_labels, roles, strength=0.1, least=2)),
    }


def _of_sentence(
    rows: list[Record], sentence: int, namings: Sequence[Naming], entities: Sequence[Record]
) -> list[Record]:
    """Those of several rows with one value whose metric or benchmark the sentence names."""
    here = {normal(entities[naming.entity]["name"]) for naming in namings}
    return [
        row
        for row in rows
        if any(row[part] and normal(row[part]) in here for part in ("metric", "benchmark"))
    ]


def fit_models(examples: Sequence[Example], lexicon: Lexicon) -> dict[str, dict[str, Any]]:
    """All models, as their files hold them."""
    return {
        "names": fit_names(examples, lexicon),
        "relations": fit_relations(examples, lexicon),
        **fit_results(examples, lexicon),
    }


def make_lexicon(examples: Sequence[Example], work: Path) -> tuple[Lexicon, dict[str, Any]]:
    """The lexicon, and the value that its file holds."""
    counted = json.loads((work / "clusters.json").read_text())
    barriers = count_barriers(examples)
    value = {
        "barriers": "\n".join(sorted(barriers)),
        "clusters": ["\n".join(words) for words in counted["clusters"]],
        "families": counted["families"],
    }
    clusters = {word: number for number, words in enumerate(counted["clusters"]) for word in words}
    return Lexicon(barriers, clusters, tuple(counted["families"])), value


def as_record(paper: Record, extraction: Extraction) -> Record:
    """An extraction in the form that the scorer reads."""
    names = [entity.name for entity in extraction.entities]
    return {
        "id": paper["id"],
        "entities": [
            {
                "name": entity.name,
                "aliases": list(entity.forms[1:]),
                "type": entity.type,
                "relations": [claim.relation for claim in entity.relations],
            }
            for entity in extraction.entities
        ],
        "results": [
            {
                **{
                    role: None if (at := getattr(result, role)) is None else names[at]
                    for role in ("subject", "benchmark", "metric", "baseline")
                },
                "value": result.value,
                "unit": result.unit,
                "kind": result.kind,
            }
            for result in extraction.results
        ],
    }


def extract(
    papers: Sequence[Record], vocabulary: Vocabulary, lexicon: Lexicon, models: dict[str, LinearModel]
) -> dict[str, Record]:
    """Records of papers, read with the given statistics in place of the packaged ones."""
    kept = extractor_module._load_lexicon, extractor_module._load_model
    extractor_module._load_lexicon = lambda: lexicon  # type: ignore[assignment]
    extractor_module._load_model = lambda name: (models[name], "")  # type: ignore[assignment]
    try:
        extractions = Extractor(vocabulary).extract_many(
            (paper["title"], paper["abstract"]) for paper in papers
        )
        return {
            paper["id"]: as_record(paper, extraction)
            for paper, extraction in zip(papers, extractions, strict=True)
        }
    finally:
        extractor_module._load_lexicon, extractor_module._load_model = kept


def load_scorer(path: Path) -> Any:
    """The scorer as a module."""
    spec = importlib.util.spec_from_file_location("scorer", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def print_scores(scorer: Any, gold: dict[str, Record], predicted: dict[str, Record]) -> None:
    """The scorer's table."""
    for name, row in {**scorer.score(gold, predicted), **scorer.score_types(gold, predicted)}.items():
        print(f"{name:10s} " + " ".join(f"{one:6.1f}" for one in row))


def main() -> None:
    """Run one of the steps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=("clusters", "fit", "validate"))
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--gold", type=Path)
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder for what one step leaves to the next"
    )
    parser.add_argument("--vocabulary", type=Path)
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, default=None, help="validate this many folds only")
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    if args.step == "clusters":
        cluster_words(args.corpus, args.work)
        return
    vocabulary = load_vocabulary(args.vocabulary)
    papers = read_papers(args.gold)
    examples = read_examples(papers, vocabulary)
    if args.step == "fit":
        lexicon, value = make_lexicon(examples, args.work)
        DATA.mkdir(exist_ok=True)
        save_json(value, DATA / "lexicon.json.gz")
        for name, model in fit_models(examples, lexicon).items():
            save_json(model, DATA / f"{name}.json.gz")
        return
    scorer = load_scorer(args.scorer)
    gold: dict[str, Record] = {}
    predicted: dict[str, Record] = {}
    for fold in range(args.only or args.folds):
        known = [one for n, one in enumerate(examples) if n % args.folds != fold]
        held_out = [one.paper for n, one in enumerate(examples) if n % args.folds == fold]
        lexicon, _ = make_lexicon(known, args.work)
        models = {name: unpacked(model) for name, model in fit_models(known, lexicon).items()}
        predicted |= extract(held_out, vocabulary, lexicon, models)
        gold |= {paper["id"]: paper for paper in held_out}
    print_scores(scorer, gold, predicted)
    with (args.work / "validated.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in predicted.values())


if __name__ == "__main__":
    main()
