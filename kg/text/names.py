"""When two spellings are one name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["fold"]

_GREEK = {
    ord(letter): unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda")
    for letter in "αβγδεζηθικλμνξοπρςστυφχψω"
}
_DASHES = re.compile(r"[‐‑‒–—―−﹘﹣－]")
_ACCENTS = re.compile(r"[̀-ͯ]")
_POSSESSIVE = re.compile(r"(?<=\w)['’ʼ`]s(?!\w)", re.IGNORECASE)
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_SHORT_PLURAL = re.compile(r"(?<!\w)([A-Z0-9]{2,})s(?=\W*$)")  # QAs, F1s; longer words are folded later
_AT = re.compile(r"(?<=\w)\s*@\s*(?=\w)")

_TOKEN = re.compile(
    r"""
      (?<!\w) [a-z]\* (?!\w)                # A*
    | [^\W_]+
      (?: \.(?=\w)(?:(?<=\d.)|(?=\d)) [^\W_]+   # 2.5, v1.5, but not e.g.
        | @ [^\W_]+ )*                      # pass@1
      (?: [+\#]+ (?![^\W_]) )?              # C++, C#, while CNN+LSTM is two
    """,
    re.VERBOSE,
)
_INNER = re.compile(
    r"""
      (?<=[^\W\d_]) (?=\d)                  # GPT4
    | (?<=\d) (?=[^\W\d_]{2})               # Qwen2VL, but not 4o
    | (?<=[^\W\d_]) (?<!con) (?<!wa) (?=v\d)    # YOLOv5, but not Conv1D, wav2vec
    """,
    re.VERBOSE,
)

_PREFIX = re.compile(
    r"anti|auto|bi|co|cross|cyber|de|electro|few|fine|geo|hetero|hyper|infra|inter|intra|macro|mega|meta|micro"
    r"|mono|multi|nano|neuro|non|omni|over|photo|poly|post|pre|pro|pseudo|re|semi|socio|spatio|spectro|sub|super"
    r"|tele|trans|ultra|under|uni|zero"
)
_COMPOUNDS = frozenset(
    {
        ("back", "propagation"),
        ("back", "translation"),
        ("bench", "mark"),
        ("code", "book"),
        ("data", "base"),
        ("data", "set"),
        ("drop", "out"),
        ("key", "point"),
        ("life", "long"),
        ("soft", "max"),
        ("work", "flow"),
    }
)

_IRREGULAR = {
    "analyses": "analysis",
    "automata": "automaton",
    "axes": "axis",
    "biases": "bias",
    "buses": "bus",
    "children": "child",
    "corpora": "corpus",
    "criteria": "criterion",
    "diagnoses": "diagnosis",
    "focuses": "focus",
    "gases": "gas",
    "hypotheses": "hypothesis",
    "indices": "index",
    "lenses": "lens",
    "matrices": "matrix",
    "minima": "minimum",
    "optima": "optimum",
    "phenomena": "phenomenon",
    "prognoses": "prognosis",
    "stimuli": "stimulus",
    "syntheses": "synthesis",
    "theses": "thesis",
    "vertices": "vertex",
    "viruses": "virus",
}
_SINGULAR = frozenset(["alias", "atlas", "bias", "canvas", "chaos", "gas", "lens"])

# All to one side, whichever has fewer exceptions: -ize to -ise, the rest to American.
_SPELLINGS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"([iy])z(e|e[drs]|ers|ing|able|ations?|ational)$", r"\1s\2"),
        (r"(behavi|endeav|neighb|harb|flav|col|fav|lab|rum|tum|hum|hon|vap|arm)our", r"\1or"),
        (r"(cent|fib|calib)re(d?)$", r"\1er\2"),
        (r"(model|label|level|signal|travel|cancel|channel|tunnel|funnel|panel)l(ed|ers?|ing)$", r"\1\2"),
        (r"(dial|catal|anal)ogue?", r"\1og"),
        (r"(defen|offen|licen)ce", r"\1se"),
        (r"^(orthop|p)aed", r"\1ed"),
        (r"^an(a?)esth", r"anesth"),
        (r"^(leuk|isch|an)aem", r"\1em"),
        (r"^(h)aem", r"\1em"),
        (r"^(o)edem", r"edem"),
        (r"^programme$", "program"),
        (r"^grey", "gray"),
        (r"^artefact", "artifact"),
        (r"^judgement", "judgment"),
        (r"^manoeuv(re|er)", "maneuver"),
    )
)


def _singular(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _SINGULAR:
        return word
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    # The key of policies, policie, is that of policy; boxes and caches lose their e with and without the s.
    word = re.sub(r"(?<=..)ie$", "y", word)
    return re.sub(r"(?<=ch|sh|ss)e$|(?<=[a-z][xz])e$", "", word)


@lru_cache(maxsize=1 << 15)
def _spelling(word: str) -> str:
    for pattern, replacement in _SPELLINGS:
        word = pattern.sub(replacement, word)
    return word


def _join(words: list[str]) -> list[str]:
    joined: list[str] = []
    for word in words:
        before = joined[-1] if joined else ""
        if (_PREFIX.fullmatch(before) and len(word) > 2 and word.isalpha()) or (before, word) in _COMPOUNDS:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


@lru_cache(maxsize=1 << 16)
def fold(form: str) -> str:
    """The key under which two spellings are one name.

    Folded are: case, accents, compatibility characters, Greek letters and their names, hyphens, dashes and
    slashes against spaces (``fine-tuning``, ``fine tuning``, ``finetuning``), quotes and possessives, the
    plural of the last word, British and American spelling, and the joint of a name and its version
    (``GPT-4``, ``GPT4``). Kept apart are versions, sizes, decimals and signs: ``GPT-4o``, ``Qwen2.5``,
    ``F1@5``, ``C++``, ``A*``.

    The key is for comparing only: it need not be a word (``boxes`` gives ``box``, ``sizes`` gives ``siz``).
    A form of signs only is its own key. For names as people write them, folding a key changes nothing.
    """
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", form))
    text = unicodedata.normalize("NFKC", _DASHES.sub("-", text)).strip()
    text = _APOSTROPHE.sub("", _POSSESSIVE.sub("", text))
    text = _SHORT_PLURAL.sub(r"\1", text).casefold().translate(_GREEK)
    words: list[str] = _TOKEN.findall(_AT.sub("@", text))
    if not words:
        return " ".join(text.split())
    words[-1] = _singular(words[-1])
    words = _INNER.sub(" ", " ".join(words)).split()
    return " ".join(_join([_spelling(word) for word in words]))
