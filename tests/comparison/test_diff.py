"""What differs between two graphs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kg
from kg.records import Paper
from tests.curation.papers import ONE, PAPERS, THREE, TWO, write_papers
from tests.test_cli import run

RULES = """
- merge: [GRPO, Graphex]
- split: accuracy
  in: 2401.00002
  into: top-1 accuracy
- rename: BraTS
  to: BRATS
- retype: GPT-4
  to: Method
- reject: node classification
- add: Qwen2.5
  in: 2401.00002
  relation: comparesWith
  quote: Qwen2.5
  by: Ada
"""


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with builds: before, again (the same), curated, and fewer (a paper less, one changed)."""
    folder = tmp_path_factory.mktemp("diff")
    source = write_papers(folder)
    for name in ("before", "again"):
        kg.build(source, output=folder / name)
    (folder / "rules.yaml").write_text(RULES)
    kg.build(source, output=folder / "curated", curation=folder / "rules.yaml")
    changed = Paper(THREE.title, THREE.abstract.replace("91.2", "92.4"), arxiv_id=THREE.arxiv_id)
    kg.build(write_papers(folder, (ONE, changed)), output=folder / "fewer")
    return folder


def compare(folder: Path, old: str, new: str, limit: int | None = None) -> kg.Comparison:
    return kg.diff(kg.open_store(folder / old), kg.open_store(folder / new), limit=limit)


def found(comparison: kg.Comparison, section: str) -> set[tuple[str, str, str]]:
    if section not in comparison.sections:
        return set()
    changes = comparison.sections[section].changes
    assert len(changes) == comparison.sections[section].total
    return {(change.label, change.before, change.after) for change in changes}


def test_equal_graphs_are_told_by_their_hash(graphs: Path) -> None:
    comparison = compare(graphs, "before", "again")
    assert comparison.equal
    assert comparison.sections == {}
    assert len(comparison.hash) == 64
    assert compare(graphs, "before", "again/graph.ttl").equal


def test_curated_entities_are_told_as_what_was_done_to_them(graphs: Path) -> None:
    comparison = compare(graphs, "before", "curated")
    assert not comparison.equal
    grpo = "group relative policy optimization (entity/group-relative-policy-optimization)"
    assert found(comparison, "entities merged") == {("Graphex", "", grpo)}
    ((split, _, into),) = found(comparison, "entities split")
    assert split == "accuracy"
    assert "top-1 accuracy (entity/top-1-accuracy) × 1" in into
    assert found(comparison, "entities renamed") == {("BRATS", "BraTS", "BRATS")}
    assert ("GPT-4", "Model", "Method") in found(comparison, "entities retyped")
    assert found(comparison, "entities lost") == {("node classification", "Task", "")}
    assert found(comparison, "entities added") == set()
    changed = found(comparison, "claims changed")
    assert (f"{TWO.title} · Qwen2.5", "uses", "comparesWith (Ada), uses") in changed
    lost = {label for label, *_ in found(comparison, "claims lost")}
    assert lost == {f"{ONE.title} · addresses · node classification", f"{TWO.title} · measures · accuracy"}


def test_papers_claims_and_results_that_come_and_go(graphs: Path) -> None:
    comparison = compare(graphs, "before", "fewer")
    assert found(comparison, "papers lost") == {(TWO.title, "", "")}
    assert found(comparison, "papers changed") == {(THREE.title, "", "abstract")}
    assert {label for label, *_ in found(comparison, "entities lost")} >= {"Qwen2.5"}
    assert {before.partition(" ")[0] for _, before, _ in found(comparison, "results lost")} == {
        "2.1%",
        "91.2%",
    }
    assert {after.partition(" ")[0] for *_, after in found(comparison, "results added")} == {"92.4%"}
    back = compare(graphs, "fewer", "before")
    for one, other in (("added", "lost"), ("lost", "added")):
        for what in ("papers", "entities", "claims", "results"):
            assert {change[0] for change in found(comparison, f"{what} {one}")} == {
                change[0] for change in found(back, f"{what} {other}")
            }


def test_long_sections_are_cut_and_counted(graphs: Path) -> None:
    whole, cut = compare(graphs, "before", "fewer"), compare(graphs, "before", "fewer", limit=1)
    assert cut.sections.keys() == whole.sections.keys()
    for name, section in cut.sections.items():
        assert section.total == whole.sections[name].total
        assert section.changes == whole.sections[name].changes[:1]
    assert "more" in kg.render_comparison(cut)


@pytest.mark.parametrize("format", ["text", "markdown", "json"])
def test_every_format_tells_the_same(graphs: Path, format: str) -> None:
    text = kg.render_comparison(compare(graphs, "before", "curated"), format)
    assert all(name in text for name in ("Graphex", "top-1 accuracy", "BRATS", "node classification", "Ada"))
    assert text == kg.render_comparison(compare(graphs, "before", "curated"), format)
    if format == "json":
        assert json.loads(text)["sections"]["entities merged"]["total"] == 1


def test_the_exit_status_tells_equal_different_and_trouble(graphs: Path) -> None:
    for arguments, status, words in (
        (("before", "again"), 0, "equal"),
        (("before", "curated", "--limit", "1", "--format", "markdown"), 1, "1 entity merged"),
        (("before", "nowhere"), 2, "kg build"),
        (("before", "again", "--format", "yaml"), 2, "markdown"),
    ):
        done = run("diff", *arguments, cwd=graphs)
        assert done.returncode == status, done.stderr
        assert words in done.stdout + done.stderr


def test_an_endpoint_is_compared_like_a_folder(graphs: Path, oxigraph_server: str) -> None:
    kg.build(write_papers(graphs, PAPERS), output=graphs / "sent", store=f"{oxigraph_server}/update")
    assert run("diff", "before", f"{oxigraph_server}/query", cwd=graphs).returncode == 0
    assert run("diff", "curated", f"{oxigraph_server}/query", cwd=graphs).returncode == 1
