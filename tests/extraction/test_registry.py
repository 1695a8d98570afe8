"""Extractors by name, and what becomes of one that lies."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import kg
from kg.extraction import extractor_names, make_extractor
from kg.extraction.protocol import GROUP
from kg.extraction.registry import OURS
from kg.vocabulary import load_vocabulary
from tests.conftest import ROOT

LIAR = """
from kg.extraction import Outcome
from kg.records import Extraction, LocalEntity, Mention, RelationClaim, Result, Sentence


def entity(name, *mentions, type="Method", relations=(RelationClaim("uses", 0.5, (0,)),), concept=""):
    return LocalEntity(name, type, mentions, relations, concept)


class Liar:
    fingerprint = "liar"

    def __init__(self, vocabulary, *, mood="bad"):
        self.mood = mood
        assert vocabulary.concepts

    def extract_many(self, texts):
        for title, abstract in texts:
            if "explode" in title:
                raise RuntimeError("out of\\norder")
            if "nothing" in title:
                yield None
                continue
            if "unread" in title:
                yield Outcome(None, ("too hard for me",))
                continue
            true = Mention("title", 0, 6, "FooNet")
            number = Mention("abstract", abstract.index("81.2"), abstract.index("81.2") + 5, "81.2%")
            elsewhere = Mention("abstract", 0, 6, "FooNet")
            entities = (
                entity("FooNet", true, elsewhere),
                entity("FooNet", Mention("title", 0, 6, "FooNet")),
                entity("BarNet", Mention("abstract", 3, 9, "BarNet")),
                entity("far", Mention("abstract", 10_000, 10_003, "far")),
                entity("back", Mention("abstract", -4, -1, abstract[-4:-1])),
                entity("yes", Mention("title", True, 3, title[1:3])),
                entity("odd", Mention("title", "0", None, 7)),
                entity("We reach", Mention("abstract", 0, 8, abstract[:8]), type="Wizard"),
                entity("We reach", Mention("abstract", 0, 8, abstract[:8]),
                       relations=(RelationClaim("measures", 0.5, (0,)),)),
                entity("We reach", Mention("abstract", 0, 8, abstract[:8]),
                       relations=(RelationClaim("uses", float("nan"), (0,)),)),
                entity("We reach", Mention("abstract", 0, 8, abstract[:8]),
                       relations=(RelationClaim("uses", 0.5, (3, "x", [])),)),
                entity("We reach", Mention("abstract", 0, 8, abstract[:8]), relations=None),
                entity("Other", Mention("abstract", 15, 19, "here"), concept=["no-such-concept"]),
                "an entity",
                None,
            )
            results = (
                Result(0, None, None, None, "81.2", "%", "absolute", number),
                Result(0, None, None, None, "99.9", "%", "absolute", number),
                Result(0, 0, None, None, "81.2", "%", "absolute", number),
                Result(77, None, None, None, "81.2", "%", "absolute", number),
                Result(2, None, None, None, "81.2", "%", "absolute", number),
                Result(0, None, None, None, "NaN", "%", "absolute", number),
                Result(0, None, None, None, "81.2", "bananas", "absolute", number),
                Result(0, None, None, None, "81.2", "%", "rumoured", number),
                Result(0, None, None, None, "81.2", "%", "absolute", elsewhere),
                12,
            )
            yield Extraction((Sentence("title", 0, 3), Sentence("abstract", 5, 2)), entities, results)


def broken(vocabulary):
    raise OSError("no such disk")


def nameless(vocabulary):
    class Nameless:
        fingerprint = None
    return Nameless()
"""
POINTS = f"""[{GROUP}]
liar = lying_extractor:Liar
broken = lying_extractor:broken
nameless = lying_extractor:nameless
absent = no_such_module_anywhere:Extractor
model = lying_extractor:broken
"""
PAPERS = """@misc{a, title={FooNet: a network}, abstract={We reach 81.2% here. That is all.}}
@misc{b, title={FooNet will explode}, abstract={We reach 81.2% here.}}
@misc{c, title={FooNet and nothing}, abstract={We reach 81.2% here.}}
@misc{d, title={FooNet unread}, abstract={We reach 81.2% here.}}
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with a package that registers extractors."""
    site = tmp_path / "site"
    information = site / "lying_extractor-1.0.dist-info"
    information.mkdir(parents=True)
    (site / "lying_extractor.py").write_text(LIAR)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: lying-extractor\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", f"{site}:{ROOT}")
    (tmp_path / "papers.bib").write_text(PAPERS)
    return tmp_path


def test_the_package_registers_what_it_knows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"][GROUP] == OURS


@pytest.mark.usefixtures("installed")
def test_names_of_other_packages_are_known_and_ours_are_ours() -> None:
    names = extractor_names()
    assert names[: len(OURS)] == list(OURS)
    assert {"liar", "broken", "nameless", "absent"} <= set(names)
    assert list(make_extractor("model", load_vocabulary()).extract_many([("We use GRPO", "")]))


def test_nothing_that_a_liar_says_is_written(installed: Path) -> None:
    output = installed / "out"
    cache = installed / "cache"
    report = kg.build(
        str(installed / "papers.bib"), output=output, cache=cache, extractor="liar",
        extractor_options={"mood": "good"},
    )  # fmt: skip
    store = kg.open_store(output)
    assert kg.validate(store).conforms
    assert (report.counts.papers, report.counts.mentions) == (4, 2)
    rows = kg.ask(
        store, "SELECT ?q ?v { ?m a kg:Mention; oa:exact ?q . ?r a kg:Result; kg:value ?v } ORDER BY ?q"
    )
    assert [tuple(term.value for term in row) for row in rows] == [("FooNet", "81.2"), ("here", "81.2")]  # type: ignore[union-attr]

    told = {problem.where: problem.message for problem in report.problems}
    assert set(told) == {
        "FooNet: a network", "FooNet will explode", "FooNet and nothing", "FooNet unread"
    }  # fmt: skip
    for reason in (
        "quotes that are not the text", "at the place of another", "without a relation", "wrong type",
        "vocabulary lacks", "not in their quote", "not there", "division into sentences",
    ):  # fmt: skip
        assert reason in told["FooNet: a network"]
    assert "RuntimeError: out of order" in told["FooNet will explode"]
    assert "NoneType" in told["FooNet and nothing"]
    assert told["FooNet unread"] == "too hard for me"

    again = kg.build(str(installed / "papers.bib"), output=output, cache=cache, extractor="liar")
    assert again.extracted == 3
    assert again.problems == report.problems


def test_strict_takes_what_is_left_out_as_an_error(installed: Path) -> None:
    with pytest.raises(kg.KgError, match="left out"):
        kg.build(str(installed / "papers.bib"), output=installed / "out", extractor="liar", strict=True)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--extractor", "lier"], 2, "did you mean liar?"),
        (["--extractor", "x"], 2, "model, rules, transformer, llm, absent"),
        (["--extractor", "liar", "--extractor-option", "colour=red"], 2, "mood (optional)"),
        (["--extractor", "liar", "--extractor-option", "mood"], 2, "NAME=VALUE"),
        (["--extractor", "model", "--extractor-option", "mood=bad"], 2, "model (optional)"),
        (["--extractor", "broken"], 1, "no such disk"),
        (["--extractor", "nameless"], 1, "fingerprint"),
        (["--extractor", "absent"], 1, "no_such_module_anywhere"),
    ],
)
def test_what_is_wrong_with_an_extractor_is_one_line(
    installed: Path, arguments: list[str], status: int, words: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kg", "build", "papers.bib", *arguments],
        cwd=installed, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1)
    assert words in done.stderr
    assert not (installed / "output").exists()


def test_the_command_line_takes_a_registered_extractor(installed: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kg", "build", "papers.bib", "--extractor", "liar"],
        cwd=installed, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.count("\n") == 4
    assert "4 problems" in done.stdout


def test_the_example_of_the_readme_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (source,) = [
        code for code in re.findall(r"```python\n(.*?)```", readme, re.DOTALL) if "class Shouting" in code
    ]
    (points,) = re.findall(
        r"```toml\n\[project\.entry-points\.\"(paperkg\.extractors)\"\]\n(.*?)```", readme, re.DOTALL
    )
    information = tmp_path / "my_package-1.0.dist-info"
    information.mkdir()
    (tmp_path / "my_package.py").write_text(source)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    value = points[1].split("#")[0].strip().replace('"', "")
    (information / "entry_points.txt").write_text(f"[{points[0]}]\n{value}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    extractor = make_extractor("shouting", load_vocabulary(), {"least": "4"})
    loud, short, quiet = extractor.extract_many([("ZORB NET", "Ä."), ("ZN", ""), ("Zorb net", "")])
    assert loud.extraction
    assert [(one.name, one.type) for one in loud.extraction.entities] == [("ZORB NET", "Method")]
    assert len(loud.extraction.sentences) == 2
    assert all(one.extraction and not one.extraction.entities for one in (short, quiet))
    assert loud.problems == ()
