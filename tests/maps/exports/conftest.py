from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from kg.maps.exports import FORMATS
from tests.maps.exports.sample import SAMPLE

Text = Callable[[str], str]


@pytest.fixture(scope="session")
def made() -> Callable[[str], bytes]:
    """The sample in a format that is one file, each made once."""
    known: dict[str, bytes] = {}

    def make(name: str) -> bytes:
        if name not in known:
            content = FORMATS[name].render(SAMPLE)
            assert isinstance(content, bytes)
            known[name] = content
        return known[name]

    return make


@pytest.fixture(scope="session")
def text(made: Callable[[str], bytes]) -> Text:
    """The same as text."""
    return lambda name: made(name).decode("utf-8")


@pytest.fixture(scope="session")
def vault() -> Mapping[str, str]:
    """The notes of the sample's vault by their path."""
    notes = FORMATS["obsidian"].render(SAMPLE)
    assert isinstance(notes, Mapping)
    return {path: content.decode("utf-8") for path, content in notes.items()}
