"""The extractor ``rules``: names by phrases, pairs, shapes and head words, with nothing learnt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.candidates import Span, apposition
from kg.extraction.entities import group_names
from kg.extraction.extractor import Extractor, add_entities
from kg.extraction.mentions import choose
from kg.extraction.reading import Found, Reading, reading
from kg.extraction.rule_claims import find_results_by_rule, relate_by_rule
from kg.extraction.tokens import Tokens, words
from kg.records import ENTITY_TYPES, EntityType, Vocabulary

__all__ = ["RulesExtractor"]

VERSION = 1
"""Raised with every change of the rules."""
_HEADS: dict[str, EntityType] = {
    **dict.fromkeys(
        words(
            """answering captioning classification completion comprehension refinement analysis
            reasoning verification retrieval editing discovery repair detection diagnosis
            estimation extraction forecasting generation grounding localisation localization
            navigation parsing planning prediction recognition recommendation reconstruction
            segmentation summarization synthesis tracking translation understanding"""
        ),
        "Task",
    ),
    **dict.fromkeys(
        words(
            """adaptation algorithm attention augmentation autoencoder decoding descent
            diffusion distillation embedding encoder ensemble fine-tuning finetuning forest
            framework gradient learning loss mechanism model network optimization pipeline
            policy pre-training pretraining prompting pruning quantization regression
            regularization reward sampling search transformer tuning"""
        ),
        "Method",
    ),
    **dict.fromkeys(
        words(
            """accuracy auc auroc bleu f1 latency map perplexity precision recall rouge score
            specificity similarity"""
        ),
        "Metric",
    ),
    **dict.fromkeys(words("benchmark leaderboard suite testbed"), "Benchmark"),
    **dict.fromkeys(words("corpus dataset"), "Dataset"),
}
"""The type of a phrase by its last word."""
_SAID: dict[str, EntityType] = {
    **{head: type_ for head, type_ in _HEADS.items() if type_ in {"Benchmark", "Dataset"}},
    **dict.fromkeys(
        words("algorithm approach architecture framework method network pipeline system"), "Method"
    ),
    **dict.fromkeys(words("llm lm model vlm"), "Model"),
    **dict.fromkeys(words("metric score"), "Metric"),
    "task": "Task",
}
"""The type of a name by the word beside it ("the Foo dataset") or in its apposition ("Foo, a dataset")."""
_BARE_METRICS = words("accuracy auc auroc bleu f1 perplexity precision recall rouge")
_NO_MODIFIERS = words(
    """a about above across additional after against all also although among an and another any are as
    at average based be because been before being best better between both build but by can
    challenging competitive complex comprehensive conventional current demonstrate different does
    due during each effective efficient either empirical enable enhance enhances ensure especially
    evaluate every excellent existing experiments explicit extensive few final first for from
    further general good great has have having help high higher however if improve improved improves
    improving in including into introduce is it its key large-scale last leading less leverage like
    low lower main major make many more most much multiple need new no not novel of often on one
    only or other our outperforms over overall own paper performance poor powerful previous prior
    promising propose proposed proposes provide recent reduce resulting robust same score scores
    second several show shows significant simple single so some specific standard state-of-the-art
    strong study such superior than that the their them then there these they third this those three
    through to traditional two under unified unique unlike use used uses using various very via was
    we well were when where whether which while whose will with within without work achieve achieves
    achieving address addresses apply requires require support train trained training-free
    performing conduct perform develop developed present presents employ employs utilize utilizes
    adopt boost"""
)
_VERB_ENDINGS = ("ing", "ates", "rated")
_CUT_ENDINGS = ("ly", "izes", "ises", "ifies")
_NO_NAMES = words(
    """ai api apis asr china chinese code cpu cpus english european eu figure france french german
    germany github gpu gpus google huggingface i ieee ii iii indian japanese meta microsoft sota ml
    nlp nvidia openai python section spanish table uk us usa a100 h100 cvpr iclr icml neurips acl
    emnlp aaai iccv eccv january february march april may june july august september october
    november december it db cs url http https vs no iv arxiv first second third"""
)
_SHAPED = re.compile(r"XX|XxX|xX|X.*9|x9")
_CAPITAL = re.compile(r"X[xX]?9?-?")
_NUMBER = re.compile(r"v?\d+(?:\.\d+)*[A-Za-z]{0,2}")
_MODELS = re.compile(
    r"(?:chat)?(?:gpt|bert|roberta|llama|qwen|gemini|gemma|claude|mistral|mixtral|deepseek|phi|t5|vicuna|llava"
    r"|alpaca|clip|resnet|vit|palm|o[134]|grok|whisper|bart|yolo|sam|dino|stable diffusion|internvl|opus)"
    r"(?![a-z])",
    re.IGNORECASE,
)
_SCORED_ON = re.compile(r".*(?:Bench(?:mark)?|QA|Eval|Arena|Gym|VQA)(?:[-_. ].*)?")
_SCORING = words(
    """evaluated evaluate evaluation experiments benchmarks datasets results performance tested test on"""
)
_COMPARING = words(
    """outperforms outperforming outperform surpasses surpassing compared baselines against than models
    llms"""
)
_LONGEST = 6
_SURE: dict[str, float] = {"vocabulary": 0.97, "said": 0.9, "beside": 0.85, "form": 0.8, "cue": 0.5, "": 0.35}


@Language.component("kg_rule_names")
def mark_names(doc: Doc) -> Doc:
    """Choose the spans that name something."""
    one = reading(doc)
    spans = dict(_pairs(one))
    for span in _system_name(one):
        spans.setdefault(span, None)
    for span in (*_shaped(one), *_phrases(one)):
        spans.setdefault(span, None)
    spans.update({span: type_ for span, (_, type_) in one.concepts.items()})
    ordered = sorted(spans)
    # The longer of two that overlap; what the vocabulary or the text itself marks counts more than a guess.
    gains = [
        (2.0 if span in one.concepts or spans[span] else 1.0) + 1.1 * (span.last - span.first)
        for span in ordered
    ]
    one.found = [
        Found(
            ordered[n], one.tokens.key(*ordered[n]), _probabilities(one, ordered[n], spans[ordered[n]]), True
        )
        for n in choose(ordered, gains)
    ]
    return doc


@Language.component("kg_rule_entities")
def gather_entities(doc: Doc) -> Doc:
    """Bring together the names of one thing, and say what the paper does with it."""
    one = reading(doc)
    groups = group_names(one)
    add_entities(one, groups, relate_by_rule(one, groups))
    return doc


@Language.component("kg_rule_results")
def gather_results(doc: Doc) -> Doc:
    """Tie numbers to names."""
    one = reading(doc)
    one.results = find_results_by_rule(one)
    return doc


class RulesExtractor(Extractor):
    """Reads what a title and an abstract say by hand-written rules.

    It is what the trained extractor is compared with, and a choice for those who want nothing learnt: the
    same sentences, vocabulary phrases, short forms and grouping, then names by their shape and head words,
    relations by cue words and results by patterns. Its confidences are one for each rule, not calibrated.

    Args:
        vocabulary: Terms that are known beforehand.
    """

    components: ClassVar[tuple[str, ...]] = ("kg_rule_names", "kg_rule_entities", "kg_rule_results")

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(vocabulary)

    def __reduce__(self) -> tuple[Any, ...]:
        return RulesExtractor, (self._vocabulary,)

    def _fingerprints(self) -> list[str]:
        return ["rules", str(VERSION)]


def _pairs(one: Reading) -> Iterator[tuple[Span, EntityType | None]]:
    """Long and short forms, each with the type that the long form's head word tells."""
    for long, short in one.pairs:
        if one.tokens.lowers[short.first] in _NO_NAMES:
            continue
        concept = one.concepts.get(long) or one.concepts.get(short)
        type_ = concept[1] if concept else _HEADS.get(one.tokens.stems[long.last], "Method")
        yield long, type_
        yield short, type_


def _system_name(one: Reading) -> Iterator[Span]:
    """``Foo`` of a title ``Foo: …``, wherever it stands."""
    tokens, title = one.tokens, one.title_tokens
    colon = next((i for i in range(1, min(title, 5)) if tokens.texts[i] in {":", "—", "–"}), 0)
    if not colon or colon > 3 or tokens.lowers[0] in _NO_MODIFIERS:
        return
    name = tokens.texts[:colon]
    if colon > 1 and not any(_SHAPED.match(shape) for shape in tokens.shapes[:colon]):
        return
    for i in range(len(tokens) - colon + 1):
        if tokens.texts[i : i + colon] == name and tokens.sentence[i] == tokens.sentence[i + colon - 1]:
            yield Span(i, i + colon - 1)


def _shaped(one: Reading) -> Iterator[Span]:
    """Runs of tokens that look like a name: capitals within a sentence, inner capitals, digits."""
    tokens = one.tokens
    i = 0
    while i < len(tokens):
        last = i
        if not _is_capital(one, i):
            i += 1
            continue
        while (
            last + 1 < len(tokens)
            and tokens.sentence[last + 1] == tokens.sentence[i]
            and last - i + 1 < _LONGEST
            and (_is_capital(one, last + 1) or _NUMBER.fullmatch(tokens.texts[last + 1]))
        ):
            last += 1
        if tokens.lowers[last] not in _NO_NAMES or last > i:
            yield Span(i, last)
        i = last + 1


def _is_capital(one: Reading, i: int) -> bool:
    tokens = one.tokens
    shape, lower = tokens.shapes[i], tokens.lowers[i]
    if lower in _NO_NAMES or lower in _NO_MODIFIERS or lower.startswith(("http", "www.")):
        return False
    if not lower[0].isalpha() or "^" in lower:
        return False
    if _SHAPED.match(shape) and len(lower) > 1:
        return True
    inside = i >= one.title_tokens and i > tokens.begins[i] and tokens.texts[i - 1] not in {":", "“", '"'}
    return inside and bool(_CAPITAL.fullmatch(shape)) and len(lower) > 2


def _phrases(one: Reading) -> Iterator[Span]:
    """Noun phrases that end in a head word: up to three words before it that may modify it."""
    tokens = one.tokens
    for last, stem in enumerate(tokens.stems):
        word = tokens.lowers[last]
        type_ = _HEADS.get(stem) or _HEADS.get(word)
        following = tokens.stems[last + 1] if last + 1 < len(tokens) else ""
        if type_ is None or following in _HEADS:
            continue
        first = last
        while first > tokens.begins[last] and last - first < 3 and _modifies(tokens, first - 1):
            first -= 1
        while first < last and tokens.shapes[first] == "x" and tokens.lowers[first].endswith(_VERB_ENDINGS):
            first += 1
        if type_ in {"Dataset", "Benchmark"}:
            continue  # "the Foo dataset" is Foo, which its shape tells
        if first == last and not (word in _BARE_METRICS or (type_ == "Method" and "-" in word)):
            continue
        if stem in {"model", "framework", "pipeline", "algorithm", "mechanism"} and last - first < 2:
            continue
        yield Span(first, last)


def _modifies(tokens: Tokens, i: int) -> bool:
    word = tokens.lowers[i]
    if not word[0].isalpha() or word in _NO_MODIFIERS or word.endswith(_CUT_ENDINGS):
        return False
    return len(word) > 2 or tokens.shapes[i].startswith("X")


def _probabilities(one: Reading, span: Span, known: EntityType | None) -> tuple[float, ...]:
    type_, rule = _type(one, span, known)
    rest = (0.98 - _SURE[rule]) / (len(ENTITY_TYPES) - 1)
    return tuple(_SURE[rule] if name == type_ else rest for name in ENTITY_TYPES)


def _type(one: Reading, span: Span, known: EntityType | None) -> tuple[EntityType, str]:
    """The type that speaks most for a span, and the rule that says so."""
    tokens = one.tokens
    if span in one.concepts:
        return one.concepts[span][1], "vocabulary"
    if said := _SAID.get(apposition(tokens, span.last)):
        return said, "said"
    quote = one.quote(span)
    if _MODELS.match(quote):
        return "Model", "said"
    if _SCORED_ON.fullmatch(quote):
        return "Benchmark", "form"
    after = _next(tokens, span.last + 1, tokens.sentence[span.last])
    before = tokens.stems[span.first - 1] if span.first > tokens.begins[span.first] else ""
    beside = _SAID.get(after) or _SAID.get(before)
    if beside:
        return beside, "beside"
    if known:
        return known, "form"
    if span.first == 0 and one.title_tokens:
        title = set(tokens.stems[span.last + 1 : one.title_tokens])
        for word in ("benchmark", "dataset", "corpus"):
            if word in title:
                return _SAID[word], "form"
    head = _HEADS.get(tokens.stems[span.last])
    if head:
        return head, "form"
    near = set(tokens.lowers[max(tokens.begins[span.first], span.first - 8) : span.first])
    if near & _COMPARING and tokens.shapes[span.first].startswith(("XX", "XxX")):
        return "Model", "cue"
    if "on" in near and near & (_SCORING - {"on"}):
        return "Benchmark", "cue"
    return "Method", ""


def _next(tokens: Tokens, i: int, sentence: int) -> str:
    return tokens.stems[i] if i < len(tokens) and tokens.sentence[i] == sentence else ""
