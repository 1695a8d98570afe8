from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.names import fold


@pytest.mark.parametrize(
    "forms",
    [
        ("Fine-Tuning", "fine tuning", "finetuning", "fine‑tuning", "Fine–tuning"),
        ("large language model", "Large Language Models", "large-language models", "LARGE LANGUAGE MODELS"),
        ("LLM", "LLMs", "LLM's", "LLMs'"),
        ("QA", "QAs"),
        ("F1", "F-1", "F1s"),
        ("policy", "policies"),
        ("graph neural network", "graph neural networks", "Graph Neural Networks"),
        ("loss", "losses"),
        ("box", "boxes"),
        ("cache", "caches"),
        ("database", "databases", "data base"),
        ("analysis", "analyses"),
        ("matrix", "matrices"),
        ("bias", "biases"),
        ("behaviour cloning", "behavior cloning"),
        ("language modelling", "language modeling"),
        ("policy optimisation", "policy optimization", "Policy Optimisations"),
        ("tokeniser", "tokenizers"),
        ("dialogue system", "dialog systems"),
        ("tumour segmentation", "tumor segmentation"),
        ("GPT-4", "GPT4", "GPT 4", "gpt‐4"),
        ("Llama-3.1-8B", "LLaMA 3.1 8B", "Llama3.1-8B"),
        ("YOLOv5", "YOLO v5", "YOLO-v5", "yolov5"),
        ("wav2vec 2.0", "Wav2Vec2.0", "wav2vec-2.0"),
        ("pass@1", "Pass @ 1", "pass@1"),
        ("vision/language model", "vision-language models"),
        ("Cohen's kappa", "Cohen’s Kappa", "Cohen kappa"),
        ("Fréchet inception distance", "Frechet Inception Distance"),
        ("β-VAE", "beta-VAE"),
        ("“BERT”", "BERT", "'BERT'", "BERTs"),
        ("CNN+LSTM", "CNN-LSTM", "CNN + LSTM"),
        ("multi-modal learning", "multimodal learning", "multi modal learning"),
    ],
)
def test_spellings_of_one_name_fold_together(forms: tuple[str, ...]) -> None:
    assert {fold(form) for form in forms} == {fold(forms[0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPT-4", "GPT-4o"),
        ("GPT-4", "GPT-4.1"),
        ("GPT-4o", "GPT-4o-mini"),
        ("Qwen2", "Qwen2.5"),
        ("Qwen2.5", "Qwen2-5B"),
        ("Llama 3 8B", "Llama 38B"),
        ("Llama-2-7B", "Llama-2-70B"),
        ("F1@5", "F1"),
        ("pass@1", "pass@10"),
        ("C", "C++"),
        ("C", "C#"),
        ("A*", "A"),
        ("A*", "D*"),
        ("CIFAR-10", "CIFAR-100"),
        ("mAP", "mAP@50"),
        ("VGG-16", "VGG-19"),
        ("offline reinforcement learning", "reinforcement learning"),
        ("MAE", "MAPE"),
    ],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("word", ["loss", "analysis", "pass", "bias", "corpus", "atlas"])
def test_words_that_only_look_plural_are_left(word: str) -> None:
    assert fold(word) == word


def test_signs_alone_are_their_own_key() -> None:
    assert fold(" * ") == "*"
    assert fold("") == ""


_WORDS = st.from_regex(
    r"GPT|BERT|policies|networks|pre|fine|tuning|modelling|data|sets|4|4o|2\.5|v2|7B|C\+\+|pass@1|A\*|β|loss|boxes",
    fullmatch=True,
)


@given(st.lists(_WORDS, min_size=1, max_size=5), st.lists(st.sampled_from(" -–/"), min_size=5, max_size=5))
def test_folding_twice_changes_nothing_and_separators_do_not_matter(
    words: list[str], separators: list[str]
) -> None:
    joined = "".join(word + sep for word, sep in zip(words, separators, strict=False)).rstrip(" -–/")
    key = fold(joined)
    assert fold(key) == key
    assert fold(" ".join(words)) == key
