"""Text that was decoded with the wrong encoding."""

from __future__ import annotations


def repair_mojibake(text: str) -> str:
    """Text with what was certainly decoded wrongly put right."""
    return text
