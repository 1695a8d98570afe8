"""Pages that are one file, open from disk and make no request."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

__all__ = ["content_policy", "embedded_json", "fill"]


def content_policy(scripts: Iterable[str], style: str) -> str:
    """The content security policy of a page: these scripts and this style run, nothing is fetched.

    Args:
        scripts: What stands in the page's ``<script>`` elements, byte by byte.
        style: What stands in its ``<style>`` element.
    """
    return (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; style-src {_hash(style)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def embedded_json(data: Any) -> str:
    """Data as JSON that can stand in a ``<script>`` element: no text in it ends or opens one."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with ``{{name}}`` replaced; what the values hold is left as it is.

    Raises:
        KeyError: The template names something that has no value.
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], template)


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
