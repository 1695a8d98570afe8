"""The forms of a name: which are short for which, and which is its label."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from kg.records import ENTITY_TYPES, EntityType
from kg.text import slugify
from kg.text.names import fold

_SMALL = frozenset("a an and as by for from in of on or per the to under via with".split())
_BEGINNING = 5  # integer and intellectual differ in it, multi and multiple do not
_WORD = re.compile(r"[^\W\d_]+")


def main_type(types: Mapping[EntityType, int]) -> EntityType:
    """What most mentions say; of equal ones the first in the order of ``ENTITY_TYPES``."""
    return min(ENTITY_TYPES, key=lambda name: (-types.get(name, 0), ENTITY_TYPES.index(name)))


def split_forms(forms: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The long and the short forms among those that one paper uses for one thing, each in their order.

    A short form is an abbreviation that stands beside a long form of several words (``GRPO`` beside ``group
    relative policy optimization``); alone it counts as long. ``MedQA`` is not short for ``MedQA dataset``.
    """
    head = next((form for form in forms if not is_abbreviation(form) and len(_WORD.findall(form)) > 1), "")
    if not head:
        return tuple(forms), ()
    short = tuple(form for form in forms if is_abbreviation(form) and not _holds(head, form))
    return tuple(form for form in forms if form not in short), short


def is_abbreviation(form: str) -> bool:
    """Whether a form is an abbreviation by its look: short, without a space, with two capitals."""
    return len(form) <= 12 and not re.search(r"\s", form) and sum(map(str.isupper, form)) >= 2


def same_version(one: str, other: str) -> bool:
    """Whether two folded forms agree in every word that holds a digit."""
    return _numbers(one) == _numbers(other)


def squash(folded: str) -> str:
    """A folded form without the spaces in it, but for those that keep numbers apart.

    ``A-OKVQA`` and ``AOKVQA``, ``in-painting`` and ``inpainting``, a word that was split at the end of a
    line: the same letters in the same order are one name.
    """
    return re.sub(r"(?<!\d) | (?!\d)", "", folded)


def beginnings(folded: str) -> tuple[str, ...]:
    """The first five letters of each word of a folded form; of words with a digit all, of small words none.

    Long forms of one abbreviation that begin alike are one: ``masked autoencoder`` and ``masked
    autoencoding``, ``multi-choice`` and ``multiple-choice question answering``. Empty for a single word,
    which says too little.
    """
    words = [word for word in folded.split() if word not in _SMALL]
    if len(words) < 2:
        return ()
    return tuple(word if any(map(str.isdigit, word)) else word[:_BEGINNING] for word in words)


def best_label(papers: Mapping[str, int]) -> str:
    """The form to show, given the number of papers that write each.

    The long form that most papers write, all its spellings counted together, on a tie the one with fewer
    abbreviations in it. Of its spellings the one that most papers write, rather not in capitals throughout,
    and on a tie the one that reads as in a sentence.
    """
    long, _ = split_forms(sorted(papers))
    spellings: defaultdict[str, list[str]] = defaultdict(list)
    for form in long:
        spellings[fold(form)].append(form)
    most = min(
        spellings.values(),
        key=lambda forms: (-sum(papers[form] for form in forms), _abbreviations(forms[0]), forms),
    )
    return min(most, key=lambda form: (_shouts(form), -papers[form], _capitals(form), len(form), form))


def free_slug(label: str, taken: set[str]) -> str:
    """The label's slug; if that is taken, with an underscore, which no other slug holds, and a number."""
    slug = stem = slugify(label) or "_" + label.encode().hex()
    number = 1
    while slug in taken:
        number += 1
        slug = f"{stem}_{number}"
    return slug


def _abbreviations(form: str) -> int:
    return sum(len(word) > 1 and word.isupper() for word in _WORD.findall(form))


def _holds(long: str, short: str) -> bool:
    return f" {fold(short)} " in f" {fold(long)} "


def _numbers(folded: str) -> list[str]:
    return [word for word in folded.split() if any(map(str.isdigit, word))]


def _shouts(form: str) -> bool:
    return len(_WORD.findall(form)) > 1 and len(form) > 12 and form.isupper()


def _capitals(form: str) -> int:
    """Few first in a phrase (title case is the title's), many first in a single name (``MedQA``)."""
    capitals = sum(map(str.isupper, form))
    return capitals if re.search(r"\s", form) else -capitals
