"""Names of files that Windows, macOS and Linux take, no two alike."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LONGEST: Final = 100
_UNSAFE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff<>:\"/\\|?*#^\[\]%]+")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Windows, "Naming Files, Paths, and Namespaces": devices, whatever their extension and case.
_DEVICES: Final = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)", re.IGNORECASE
)


class FileNames:
    """Gives each name a file name of its own, also where case and the form of accents do not count."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def name(self, text: str, kind: str = "") -> str:
        """A file name for a text, without extension; never empty, never one that was given before.

        Args:
            text: What it is a name of.
            kind: What tells it apart where the name is taken: ``GRPO (Method)``; else a number does.
        """
        stem = _stem(text)
        if kind and _key(stem) in self._taken:
            stem = f"{stem} ({kind})"
        name, number = stem, 1
        while (key := _key(name)) in self._taken:
            number += 1
            name = f"{stem} {number}"
        self._taken.add(key)
        return name


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _stem(text: str) -> str:
    words = _UNSAFE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    # File systems count bytes.
    short = words.strip(" .").encode()[:_LONGEST].decode(errors="ignore").strip(" .")
    if not short:
        return "unnamed"
    return f"{short}_" if _DEVICES.match(short) else short
