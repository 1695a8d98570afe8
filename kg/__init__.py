"""Knowledge graphs from lists of research papers: every claim points at the sentence it was read from.

Each command of the command line is one call here.

>>> import kg
>>> report = kg.build("data/medical-reasoning-rl.md", output="output")  # doctest: +SKIP
>>> store = kg.open_store("output")  # doctest: +SKIP
>>> for row in kg.ask(store, "papers-using", {"method": "GRPO"}):  # doctest: +SKIP
...     print(row)
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from kg.errors import KgError, UsageError

if TYPE_CHECKING:
    from kg.comparison import Comparison, diff, render_comparison
    from kg.curating import curate, suggest, undo_curation
    from kg.evaluation import Evaluation, evaluate, render_evaluation
    from kg.maps import MapOptions, RelatedWorkMap, make_map, write_map
    from kg.outputs import ask, export, view
    from kg.pipeline import BuildReport, build
    from kg.queries import card_to_dict, find, render_card, saved_queries, show, write_answer
    from kg.rdf import open_store, validate, validate_by_pyshacl
    from kg.server.app import serve
    from kg.training import NetworkOptions, PretrainingOptions, TrainingOptions, TrainingReport, train

__version__ = version("paperkg")

__all__ = [
    "BuildReport",
    "Comparison",
    "Evaluation",
    "KgError",
    "MapOptions",
    "NetworkOptions",
    "PretrainingOptions",
    "RelatedWorkMap",
    "TrainingOptions",
    "TrainingReport",
    "UsageError",
    "ask",
    "build",
    "card_to_dict",
    "curate",
    "diff",
    "evaluate",
    "export",
    "find",
    "make_map",
    "open_store",
    "render_card",
    "render_comparison",
    "render_evaluation",
    "saved_queries",
    "serve",
    "show",
    "suggest",
    "train",
    "undo_curation",
    "validate",
    "validate_by_pyshacl",
    "view",
    "write_answer",
    "write_map",
]

_HOMES = {
    "kg.comparison": ("Comparison", "diff", "render_comparison"),
    "kg.curating": ("curate", "suggest", "undo_curation"),
    "kg.evaluation": ("Evaluation", "evaluate", "render_evaluation"),
    "kg.maps": ("MapOptions", "RelatedWorkMap", "make_map", "write_map"),
    "kg.pipeline": ("BuildReport", "build"),
    "kg.outputs": ("ask", "export", "view"),
    "kg.queries": ("card_to_dict", "find", "render_card", "saved_queries", "show", "write_answer"),
    "kg.rdf": ("open_store", "validate", "validate_by_pyshacl"),
    "kg.server.app": ("serve",),
    "kg.training": ("NetworkOptions", "PretrainingOptions", "TrainingOptions", "TrainingReport", "train"),
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is: spaCy takes a second that ``kg query`` need not wait for."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
