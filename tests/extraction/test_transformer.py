"""Names by a token classifier from a local folder, in the forms that people have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from pickle import dumps, loads

import pytest
import spacy
from spacy.training import Example

import kg
from kg.extraction import make_extractor
from kg.extraction.transformer import TransformerExtractor
from kg.records import Extraction
from kg.vocabulary import load_vocabulary
from tests.extraction.test_extractor import check, entity

VOCABULARY = load_vocabulary()
TITLE = "Zorbnet for maps"
ABSTRACT = "We train Zorbnet on Mapzilla data. The fluxion score of Zorbnet is 81.5% here."
WORDS = {"zorbnet": "Method", "mapzilla": "Material", "fluxion": "Metric", "score": "Metric"}


def hugging_face(folder: Path, scheme: str, window: int = 64) -> Path:
    """A tiny BERT that has learnt by heart which words are names, saved as people save theirs."""
    torch = pytest.importorskip("torch", reason="needs the extra transformer (torch)")
    transformers = pytest.importorskip("transformers", reason="needs the extra transformer")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    names = ["Method", "Material", "Metric"]
    labels = ["O", *([f"{p}-{n}" for n in names for p in scheme] if scheme else names)]
    text = f"{TITLE} {ABSTRACT}".lower()
    pieces = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        *sorted({*text.replace(".", " . ").replace("%", " % ").split()}),
    ]
    pieces += ["zorb", "##net", "map", "##zilla"]  # names are cut in pieces
    pieces = [one for one in dict.fromkeys(pieces) if one not in {"zorbnet", "mapzilla"}]
    tokenizer = Tokenizer(models.WordPiece({one: n for n, one in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", model_max_length=window,
    )  # fmt: skip
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(pieces), hidden_size=32, num_hidden_layers=0, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=128, num_labels=len(labels), hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0, id2label=dict(enumerate(labels)),
        label2id={label: n for n, label in enumerate(labels)},
    )  # fmt: skip
    model = transformers.BertForTokenClassification(config)
    places = model.bert.embeddings.position_embeddings.weight
    places.data.zero_()  # what it knows of a word does not depend on where the word stands
    places.requires_grad = False
    starts = {"zorb": "Method", "map": "Material", "fluxion": "Metric", "score": "Metric"}

    def label_of(piece: str) -> int:
        name = starts.get(piece)
        if name is None:
            return 0
        if not scheme:
            return labels.index(name)
        if "S" in scheme:
            return labels.index(f"{ {'fluxion': 'B', 'score': 'E'}.get(piece, 'S') }-{name}")
        return labels.index(f"{'I' if piece == 'score' else 'B'}-{name}")

    batch = fast([f"{TITLE}\n{ABSTRACT}", ABSTRACT, TITLE], return_tensors="pt", padding=True)
    gold = torch.tensor([[label_of(pieces[i]) for i in row] for row in batch["input_ids"].tolist()])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(60):
        loss = model(**batch, labels=gold).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


def read(folder: Path, labels: str = "Material:Dataset") -> tuple[TransformerExtractor, Extraction]:
    extractor = TransformerExtractor(VOCABULARY, path=str(folder), labels=labels)
    extraction = extractor.extract(TITLE, ABSTRACT)
    check(TITLE, ABSTRACT, extraction)
    return extractor, extraction


def found(extraction: Extraction) -> dict[str, tuple[str, int]]:
    return {one.name: (one.type, len(one.mentions)) for one in extraction.entities}


EXPECTED = {"Zorbnet": ("Method", 3), "Mapzilla": ("Dataset", 1), "fluxion score": ("Metric", 1)}


@pytest.mark.parametrize("scheme", ["BI", "BIES", ""])
def test_labels_of_any_scheme_are_read(tmp_path: Path, scheme: str) -> None:
    extractor, extraction = read(hugging_face(tmp_path / "model", scheme))
    assert found(extraction) == EXPECTED
    assert [one.value for one in extraction.results] == ["81.5"]
    assert all(one.relations for one in extraction.entities)
    again = loads(dumps(extractor))
    assert again.fingerprint == extractor.fingerprint
    assert again.extract(TITLE, ABSTRACT) == extraction


def test_a_long_text_is_read_in_windows_to_its_end(tmp_path: Path) -> None:
    extractor, _ = read(hugging_face(tmp_path / "model", "BI", window=16))
    text = "We train on data. " * 200 + ABSTRACT
    extraction = extractor.extract(TITLE, text)
    check(TITLE, text, extraction)
    assert found(extraction) == EXPECTED
    assert entity(extraction, "Mapzilla").mentions[0].start > 3600
    batch = [(TITLE, text), (TITLE, ABSTRACT), ("", "")]
    assert list(extractor.extract_many(batch)) == [extractor.extract(*one) for one in batch]


def test_labels_must_be_ours_or_mapped(tmp_path: Path) -> None:
    folder = hugging_face(tmp_path / "model", "BI")
    with pytest.raises(kg.UsageError, match="Material"):
        TransformerExtractor(VOCABULARY, path=str(folder))
    with pytest.raises(kg.UsageError, match="LABEL:TYPE"):
        TransformerExtractor(VOCABULARY, path=str(folder), labels="Material:Thing")
    one, extraction = read(folder, "Material:-")
    assert set(found(extraction)) == {"Zorbnet", "fluxion score"}
    assert one.fingerprint != read(folder)[0].fingerprint


def spacy_pipeline(folder: Path) -> Path:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner")
    marks = [(m, m + len(word), type_) for word, type_ in (("Zorbnet", "Method"), ("Mapzilla", "Material"))
             if (m := ABSTRACT.find(word)) >= 0]  # fmt: skip
    marks.append((ABSTRACT.rfind("Zorbnet"), ABSTRACT.rfind("Zorbnet") + 7, "Method"))
    examples = [
        Example.from_dict(nlp.make_doc(ABSTRACT), {"entities": marks}),
        Example.from_dict(nlp.make_doc(TITLE), {"entities": [(0, 7, "Method")]}),
    ]
    nlp.initialize(lambda: examples)
    for _ in range(30):
        nlp.update(examples)
    nlp.to_disk(folder)
    return folder


def test_a_spacy_pipeline_gives_names_too(tmp_path: Path) -> None:
    _, extraction = read(spacy_pipeline(tmp_path / "pipeline"))
    assert {"Zorbnet", "Mapzilla"} <= set(found(extraction))
    assert entity(extraction, "Mapzilla").type == "Dataset"
    spacy.blank("en").to_disk(tmp_path / "empty")
    with pytest.raises(kg.UsageError, match="finds entities"):
        TransformerExtractor(VOCABULARY, path=str(tmp_path / "empty"))


def test_a_folder_that_is_none_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(kg.UsageError, match=r"config\.json"):
        make_extractor("transformer", VOCABULARY, {"path": str(tmp_path)})
    with pytest.raises(kg.UsageError, match="path"):
        make_extractor("transformer", VOCABULARY)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(kg.KgError):
        make_extractor("transformer", VOCABULARY, {"path": str(tmp_path)})


def test_the_command_line_builds_with_it(tmp_path: Path) -> None:
    folder = hugging_face(tmp_path / "model", "BI")
    (tmp_path / "a.bib").write_text(f"@misc{{a, title={{{TITLE}}}, abstract={{{ABSTRACT}}}}}")
    options = ["--extractor-option", f"path={folder}", "--extractor-option", "labels=Material:Dataset"]
    done = subprocess.run(
        [sys.executable, "-m", "kg", "build", "a.bib", "--extractor", "transformer", *options],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "entities  3: " in done.stdout
    assert done.stderr == ""


def test_without_the_extra_one_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    program = "import sys; sys.modules['transformers'] = None; import kg.cli; kg.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "build", "x.bib", "--extractor", "transformer",
         "--extractor-option", f"path={tmp_path}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "paperkg[transformer]" in done.stderr


def test_a_component_of_the_users_own_must_use_known_labels_too(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("span_ruler", config={"spans_key": None, "annotate_ents": True})
    ruler.add_patterns([{"label": "Material", "pattern": "Mapzilla"}])  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "pipeline")
    _, extraction = read(tmp_path / "pipeline")
    assert found(extraction) == {"Mapzilla": ("Dataset", 1)}
    with pytest.raises(kg.UsageError, match="Material"):
        read(tmp_path / "pipeline", labels="")
