"""What people say of a graph, in a file beside the reading lists, replayed on every build."""

from kg.curation.reading import FILE_NAME, parse_rules, read_curation
from kg.curation.rules import (
    Add,
    Curation,
    Distinct,
    Match,
    Merge,
    Reject,
    Rename,
    Retype,
    Rule,
    Split,
)

__all__ = [
    "FILE_NAME",
    "Add",
    "Curation",
    "Distinct",
    "Match",
    "Merge",
    "Reject",
    "Rename",
    "Retype",
    "Rule",
    "Split",
    "parse_rules",
    "read_curation",
]
