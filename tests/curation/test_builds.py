"""Curated builds: from files of rules to graphs."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.records import Paper
from tests.curation.papers import ONE, PAPERS, TWO, rows, write_papers

RULES = """
- merge: [GRPO, Graphex]
- rename: GRPO
  to: graph relative policy optimization
- reject: ImageNet
- split: accuracy
  in: 2401.00002
  into: top-1 accuracy
- add: GPT-4
  in: 2401.00001
  relation: comparesWith
  quote: outperforms GPT-4
  by: Ada
"""
LABELS = "SELECT ?l { ?e skos:prefLabel ?l }"
SAID = "SELECT ?e ?who { ?c kg:curatedBy ?who ; rdf:object/skos:prefLabel ?e ; kg:confidence 1.0 }"


def test_rules_survive_a_rebuild_a_changed_list_and_a_changed_extractor(tmp_path: Path) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out"
    assert kg.build(write_papers(tmp_path), output=out, cache=cache).extracted == 3
    (tmp_path / "curation.yaml").write_text(RULES)
    changed = (ONE, TWO, Paper("A Study of GRPO", "We study GRPO on ImageNet.", arxiv_id="2401.00009"))
    for papers, extractor, read in (
        (PAPERS, "model", 0),
        (PAPERS[::-1], "rules", 3),
        (changed, "rules", 1),
        (changed[::-1], "model", 1),
    ):
        source = write_papers(tmp_path, papers)
        report = kg.build(source, output=out, extractor=extractor, cache=cache)
        assert (report.problems, report.extracted, report.rules) == ((), read, 5)
        labels = {label for (label,) in rows(out, LABELS)}
        assert {"graph relative policy optimization", "top-1 accuracy"} <= labels
        assert not labels & {"Graphex", "ImageNet"}
        assert rows(out, SAID) == {("GPT-4", "Ada")}
    assert "(1.00, by Ada)" in kg.render_card(kg.show(kg.open_store(out), "GPT-4"))
    kg.build(write_papers(tmp_path, changed), output=tmp_path / "again", cache=cache, workers=2)
    assert (tmp_path / "again" / "graph.ttl").read_bytes() == (out / "graph.ttl").read_bytes()
    assert kg.validate_by_pyshacl(out / "graph.ttl").conforms


def test_files_beside_each_source_in_its_folder_and_named_are_all_replayed(tmp_path: Path) -> None:
    for name, paper in (("one", ONE), ("two", TWO)):
        (tmp_path / name).mkdir()
        write_papers(tmp_path / name, [paper])
    (tmp_path / "one" / "curation.yaml").write_text("- reject: Graphex\n")
    (tmp_path / "two" / "curation.yaml").write_text("- reject: Qwen2.5\n")
    (tmp_path / "mine.yaml").write_text("- reject: ImageNet\n")
    sources = [str(tmp_path / "one"), *map(str, (tmp_path / "two").iterdir())]
    made = []
    for order in (sources, sources[::-1]):
        report = kg.build(order, output=tmp_path / "out", curation=tmp_path / "mine.yaml")
        assert (report.rules, report.problems, report.counts.papers) == (3, (), 2)
        made.append((tmp_path / "out" / "graph.ttl").read_bytes())
    assert made[0] == made[1]
    assert not rows(tmp_path / "out", LABELS) & {("Graphex",), ("Qwen2.5",), ("ImageNet",)}


def test_a_malformed_file_is_refused_with_its_line_before_any_work(tmp_path: Path) -> None:
    source = write_papers(tmp_path)
    (tmp_path / "curation.yaml").write_text("- reject: GRPO\n- renam: GRPO\n  to: x\n")
    with pytest.raises(kg.KgError, match=r"curation\.yaml:2: there is no rule 'renam'.*'rename'"):
        kg.build(source, output=tmp_path / "out", cache=tmp_path / "cache")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "cache").exists()
    with pytest.raises(kg.KgError, match=r"nowhere\.yaml"):
        kg.build(source, output=tmp_path / "out", curation=tmp_path / "nowhere.yaml")


def test_strict_takes_a_rule_that_does_not_apply_as_an_error(tmp_path: Path) -> None:
    (tmp_path / "curation.yaml").write_text("\n- reject: Graphexx\n")
    source = write_papers(tmp_path)
    with pytest.raises(kg.KgError, match=r"curation\.yaml:2: .*'Graphex'"):
        kg.build(source, output=tmp_path / "out", strict=True)
    (problem,) = kg.build(source, output=tmp_path / "out").problems
    assert problem.where.endswith("curation.yaml:2")
