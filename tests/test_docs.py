"""The README knows every command, every format, and every query that it names."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import Any

import pytest
import typer.main

import kg
from kg.cli import app
from kg.extraction.registry import OURS
from kg.maps.exports import FORMATS
from kg.outputs import EXPORTS
from kg.sources import known_formats
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def every_command() -> dict[str, Any]:
    """The commands by what is typed for them: ``build``, ``curate merge``."""
    commands: dict[str, Any] = dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    for name, command in list(commands.items()):
        commands |= {f"{name} {under}": one for under, one in getattr(command, "commands", {}).items()}
    return commands


def test_readme_shows_every_command() -> None:
    missing = [name for name in every_command() if f"kg {name}" not in README]
    assert not missing


@pytest.mark.parametrize("name", [*EXPORTS, *FORMATS, *OURS, *(known.name for known in known_formats())])
def test_readme_names_every_format_and_extractor(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", OURS)
def test_readme_names_every_option_of_an_extractor(name: str) -> None:
    module, _, factory = OURS[name].partition(":")
    options = list(inspect.signature(getattr(import_module(module), factory)).parameters)[1:]
    assert [option for option in options if f"`{option}`" not in README] == []


def test_readme_uses_queries_and_options_that_there_are() -> None:
    saved = {query.name for query in kg.saved_queries()}
    assert set(re.findall(r"kg query ([a-z][a-z-]+) ", README)) <= saved
    options = {name for command in every_command().values() for one in command.params for name in one.opts}
    written = re.sub(r"(?m)^\s*(?:python3|pip|pipx) .*$", "", README)
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", written)) <= options | {"--help"}


def test_every_name_of_the_package_is_there_and_documented() -> None:
    for name in kg.__all__:
        assert getattr(kg, name).__doc__
