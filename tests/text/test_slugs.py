from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text import slugify


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Qwen2.5-VL", "qwen2.5-vl"),
        ("Group Relative Policy Optimization", "group-relative-policy-optimization"),
        ("C++", "c-plus-plus"),
        ("F#", "f-sharp"),
        ("pass@1", "pass-at-1"),
        ("Gödel, Erdős & Çelik", "godel-erdos-celik"),
        ("snake_case", "snake-case"),
        ("强化学习 2", "强化学习-2"),
        ("한국어", "한국어"),
        (" (end). ", "end"),
        ("?!", ""),
    ],
)
def test_a_name_becomes_the_last_part_of_an_iri(name: str, slug: str) -> None:
    assert slugify(name) == slug


@given(st.text(max_size=60))
def test_a_slug_is_its_own_slug(name: str) -> None:
    assert slugify(slugify(name)) == slugify(name)


@given(st.text(max_size=60))
def test_a_slug_has_no_space_and_no_mark_at_its_ends(name: str) -> None:
    slug = slugify(name)
    assert not any(c.isspace() or c in "/?#%\"<>'_" for c in slug)
    assert slug == slug.strip("-.")
