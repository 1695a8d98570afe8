"""Asking the graph: SPARQL and saved queries, their output formats, and cards of papers and entities."""

from __future__ import annotations

from kg.queries.answers import Answer, AnswerKind, run_query
from kg.queries.card_text import mark_quote, render_card
from kg.queries.cards import Card, EntityCard, PaperCard, card_to_dict, show
from kg.queries.formats import FORMATS, chosen_format, write_answer
from kg.queries.names import Match, Matches, find
from kg.queries.saved import Parameter, SavedQuery, read_saved_query, run_saved, saved_queries, saved_query

__all__ = [
    "FORMATS",
    "Answer",
    "AnswerKind",
    "Card",
    "EntityCard",
    "Match",
    "Matches",
    "PaperCard",
    "Parameter",
    "SavedQuery",
    "card_to_dict",
    "chosen_format",
    "find",
    "mark_quote",
    "read_saved_query",
    "render_card",
    "run_query",
    "run_saved",
    "saved_queries",
    "saved_query",
    "show",
    "write_answer",
]
