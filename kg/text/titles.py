"""Titles in short."""

from __future__ import annotations

__all__ = ["short_title"]


def short_title(title: str, limit: int = 48) -> str:
    """What stands before a title's colon, or its first words, of ``limit`` characters at most and ``…``."""
    words = " ".join(title.split())
    before, colon, _ = words.partition(": ")
    if colon and 2 <= len(before) <= limit:
        return before
    if len(words) <= limit:
        return words
    cut, space, _ = words[:limit].rpartition(" ")
    return f"{cut.rstrip(' ,;:-–') if space else words[:limit]}…"
