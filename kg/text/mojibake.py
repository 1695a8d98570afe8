"""Text that is UTF-8 but was decoded as a Windows or Latin encoding of one byte per character.

Such text keeps most of its bytes, so most of it can be put right. A byte that the wrong encoding had no
character for was dropped, and its character with it: that is shown as U+FFFD, never guessed. ftfy's repair
needs long runs without a loss; here each sequence stands for itself (the decoder resynchronises on lead
bytes), which restores twice as many.
"""

from __future__ import annotations

import re

import ftfy

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def _bytes_of_characters() -> dict[str, int]:
    """The byte from 80 to FF behind each character of the encodings; they never disagree on a character."""
    table: dict[str, int] = {}
    for encoding in ("cp1254", "cp1252", "latin-1"):
        for byte in range(0x80, 0x100):
            character = bytes([byte]).decode(encoding, "ignore")
            if character:
                table.setdefault(character, byte)
    return table


def _one_of(first: int, last: int) -> str:
    return "[" + re.escape("".join(c for c, byte in _BYTES.items() if first <= byte <= last)) + "]"


_BYTES = _bytes_of_characters()
_CONTINUATION = _one_of(0x80, 0xBF)
_SEQUENCE = re.compile(
    f"{_one_of(0xC2, 0xDF)}{_CONTINUATION}?"
    f"|{_one_of(0xE0, 0xEF)}{_CONTINUATION}{{0,2}}"
    f"|{_one_of(0xF0, 0xF4)}{_CONTINUATION}{{0,3}}"
)
_SUSPECT = re.compile(f"{_one_of(0xC2, 0xF4)}{_CONTINUATION}")
_AMONG_LETTERS = re.compile(r"(?<=[A-Za-z]).(?=[A-Za-z])")
_AFTER_LETTERS = frozenset("\xa0»«”“’‘‚„–—…°·®™²³¹ºª\xad‹›•€±¡¿šžŠŽœŒŸ")
"""Continuation bytes that also stand after a letter, or are one, in sound text: ``é\xa0»``, ``víš…``."""
_ACCENTED = re.compile("(?<![A-ZÀ-Þ])[ÂÃ][\xa0«»°·®²³¹ºª±¡¿]")
"""What the signs and accented letters of Latin-1 become: ``5Â°``, ``EspaÃ±a``; not the end of ``AMANHÃ»``."""
_CERTAIN = 3
_FTFY = ftfy.TextFixerConfig(restore_byte_a0=False, explain=False)


def repair_mojibake(text: str) -> str:
    """Text with the lines put right that were certainly decoded with the wrong encoding.

    UTF-8 decoded as Windows-1254, Windows-1252 or Latin-1 is repaired line by line. Every sequence that lost
    a byte becomes exactly one U+FFFD. Sound lines stay as they are, to the last character, and doubtful ones.

    >>> repair_mojibake("å¼ºåŒ–å¦ä¹ "), repair_mojibake("« café » dağ")
    ('强化\ufffd习', '« café » dağ')
    """
    if not _SUSPECT.search(text):
        return text
    return "\n".join(_repair_line(line) for line in text.split("\n"))


def _repair_line(line: str) -> str:
    if not _SUSPECT.search(line):
        return line
    if _is_certain(line):
        return _SEQUENCE.sub(_restored, line)
    return ftfy.fix_encoding(line, _FTFY) if any(map(_is_telling, _SEQUENCE.finditer(line))) else line


def _is_certain(line: str) -> bool:
    """Whether long sequences that sound text doesn't hold are there, and most of the rest fits with them."""
    strong = whole = broken = 0
    for match in _SEQUENCE.finditer(line):
        sequence = match.group()
        if not _decoded(sequence):
            broken += _is_among_letters(match)
            continue
        whole += 1
        if len(sequence) == 4:
            strong += 2
        elif len(sequence) == 3:
            strong += _is_telling(match)
    return strong >= 1 and strong + whole >= _CERTAIN and whole > broken


def _is_telling(match: re.Match[str]) -> bool:
    """Whether a sequence is whole and holds what doesn't follow a letter in sound text."""
    sequence = match.group()
    if not _decoded(sequence):
        return False
    if sequence.startswith("â€") or not _AFTER_LETTERS.issuperset(sequence[1:]):
        return True
    return bool(_ACCENTED.match(match.string, match.start()))


def _restored(match: re.Match[str]) -> str:
    sequence = match.group()
    if _is_among_letters(match):
        return sequence
    return _decoded(sequence) or REPLACEMENT


def _is_among_letters(match: re.Match[str]) -> bool:
    """Whether what might be a lone lead byte stands in a word, as in ``naïve``, so is most likely itself."""
    return len(match.group()) == 1 and bool(_AMONG_LETTERS.match(match.string, match.start()))


def _decoded(sequence: str) -> str:
    try:
        return bytes(_BYTES[c] for c in sequence).decode("utf-8")
    except UnicodeDecodeError:
        return ""
