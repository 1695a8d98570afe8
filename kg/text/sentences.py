"""Where the sentences of an abstract begin and end."""

from __future__ import annotations

import re

__all__ = ["split_sentences"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ABBREVIATIONS = _words(
    """al alg app approx assoc cf ch chap cor def dept dr e.g ed eds eg eq eqn eqs eqns ex fig figs i.e ie
    inc jr lem max min mr mrs ms nos p pp prof prop ref refs resp sec sect secs sr st suppl tab tabs thm
    univ viz vol vols vs w.r.t wrt"""
)
"""Lower-case words after which a full stop ends no sentence, unless a new one plainly starts."""

_ENDS_TOO = _words("al app ch def dept ed ex inc jr max min ms p prop ref sr st tab")
"""Those that do end a sentence when a common sentence opener follows."""

_NUMBERED = _words("no nos fig figs eq eqs sec secs tab tabs vol vols ch ref refs thm")
"""Those that take a number after them."""

_OPENERS = _words(
    """a additionally all although an and as at based because besides both building but by code
    comprehensive consequently despite due each empirical empirically even evaluation evaluations
    existing experimental experiments extensive finally first for from furthermore given here hence how
    however i if in inspired instead it its leveraging many meanwhile more moreover most motivated
    nevertheless no notably of on one our overall recent recently results second since so some
    specifically such that the their then there therefore these they third this those though through
    thus to together under unlike we when where whereas while with without yet you"""
)

_BOUNDARY = re.compile(r"(?P<stop>[.!?]+|…|[。！？]+)(?P<close>[\"'”’)\]}»]*)(?P<gap>\s+|(?<=[。！？])|$)")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*|\n(?=[^\S\n]*(?:[-*•‣]|\(?\d{1,2}[.)])\s)")
_LAST_WORD = re.compile(r"[^\s(\[{\"'“‘/,;:]+$")
_NEXT_WORD = re.compile(r"[\"'“‘(\[{«*$\\]*([^\s\"'”’)\]},;:.!?]+)")
_WORD_WINDOW = 40


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Split running text into sentences.

    A stop ends a sentence when white space and the beginning of another sentence follow it: not after
    abbreviations (``e.g.``, ``et al.``, ``Fig. 3``, ``vs.``), initials, or numbers that head a list item, and
    not before a lower-case word, so that decimals, versions and ellipses within a sentence stay whole.
    Blank lines and list items begin a sentence too.

    Args:
        text: Any text.

    Returns:
        ``(start, end)`` offsets in code points, end exclusive, in order, without overlap, each without white
        space at its ends and not empty. Every character that is not white space lies in one of them.
    """
    cuts: list[int] = [match.end() for match in _PARAGRAPH.finditer(text)]
    cuts.extend(match.end() for match in _BOUNDARY.finditer(text) if _ends(text, match))
    cuts.append(len(text))
    spans: list[tuple[int, int]] = []
    begin = 0
    for cut in sorted(set(cuts)):
        piece = text[begin:cut]
        stripped = piece.strip()
        if stripped:
            start = begin + len(piece) - len(piece.lstrip())
            spans.append((start, start + len(stripped)))
        begin = cut
    return spans


def _ends(text: str, match: re.Match[str]) -> bool:
    """Whether the stop that was matched ends a sentence."""
    stop, close = match["stop"], match["close"]
    if match.end() == len(text) or stop[0] in "。！？":
        return True
    following = _NEXT_WORD.match(text, match.end(), match.end() + _WORD_WINDOW)
    word = following[1] if following else ""
    first = word[:1]
    if "!" in stop or "?" in stop:
        return not first.islower() or (not close and word.lower() in _OPENERS)
    if first.islower() and not _mixed_case(word):
        return False
    if len(stop) > 1 or stop == "…":
        return word.lower() in _OPENERS or first.isupper()
    if close:
        return True
    before = _LAST_WORD.search(text, max(0, match.start() - _WORD_WINDOW), match.start())
    last = before[0] if before else ""
    lower = last.lower()
    opens = word.lower() in _OPENERS and first.isupper()
    if lower in _NUMBERED:
        return not first.isdigit()
    if lower in _ABBREVIATIONS:
        return lower in _ENDS_TOO and opens
    if len(last) == 1 and last.isupper():
        return opens
    if "." in last and len(last) <= 4 and last.replace(".", "").isalpha():
        return opens
    item = before is not None and last.isdigit() and len(last) <= 2 and _starts_sentence(text, before.start())
    return not item


def _mixed_case(word: str) -> bool:
    """Whether a word is a name such as ``mBERT`` or ``s3`` although it begins in lower case."""
    return any(character.isupper() or character.isdigit() for character in word)


def _starts_sentence(text: str, position: int) -> bool:
    """Whether only a stop and white space, or nothing, stand before ``position``."""
    before = text[max(0, position - 3) : position].rstrip()
    return not before or before[-1] in ".!?:;\n"
