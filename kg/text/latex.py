r"""LaTeX markup of titles and abstracts as plain text.

Such texts are plain text with a little markup, not documents: a ``%`` is a percent sign, ``$5`` a price. So
this reads the markup that is certain and leaves the rest alone; pylatexenc knows the symbols and accents.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalkerError


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SIGNS_OF_MARKUP = re.compile(r"[\\$~{]|``|--")
_MATH = re.compile(
    r"\$\$(?P<display>(?:[^$\\]|\\.){1,500}?)\$\$"
    r"|\$(?P<inline>(?:[^$\\\s]|\\.)(?:(?:[^$\\]|\\.){0,300}?(?:[^$\\\s]|\\.|\\ ))?)\$"
    r"|\\\((?P<round>.{1,500}?)\\\)"
    r"|\\\[(?P<square>.{1,500}?)\\\]",
    re.DOTALL,
)
_PROSE = re.compile(r"[A-Za-z]{3,}[,;:]?\s+[A-Za-z]{2,}|[A-Za-z]{2,}[,;:]?\s+[A-Za-z]{3,}")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?")
_ACCENT = re.compile(
    r"\\(?:[\"'`^=.~](?:\s*\{\s*(?:\\[ij]\b|[^\W\d_])?\s*\}|\s*\\[ij](?![A-Za-z])|[^\W\d_])"
    r"|[cvuHkrdb](?:\s*\{\s*(?:\\[ij]\b|[^\W\d_])\s*\}|\s+[^\W\d_](?![^\W\d_]))"
    r"|[cvuHkrdb]\s*\\[ij](?![A-Za-z]))"
)
_ACCENT_ON_COMMAND = re.compile(r"(\\[\"'`^=.~cvuHkrdb])\s*(?=\{\s*\\)")
_TIE = re.compile(r"(?<=[A-Za-z.,;:)\]])~(?=[\w\\$([])|(?<=\d)~(?=[A-Za-z\\$(])")
_BRACE = re.compile(r"[{}]")
_DEEPEST = 60
"""Braces open at once; a text with more is no title and no abstract, and is left alone."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")

_KEEP_ARGUMENT = _words(
    """textbf textit textsc textsf texttt textrm textsl textup textmd textnormal text emph underline uline
    mbox hbox fbox mathbf mathit mathsf mathtt mathrm mathcal mathbb mathfrak mathscr mathnormal boldsymbol
    bm operatorname ensuremath textsubscript hat bar tilde vec widehat widetilde overline dot ddot check breve
    acute grave url path nolinkurl textquote enquote sout st hl pmb boldmath uppercase lowercase MakeUppercase
    MakeLowercase textlf oldstylenums smash phantom mathop mathbin mathrel mathord hyperlink acl ac acs gls"""
)
_LAST_ARGUMENT = {
    "href": 2,
    "textcolor": 2,
    "colorbox": 2,
    "texorpdfstring": 2,
    "hyperref": 1,
    "foreignlanguage": 2,
}
_DROP_ARGUMENT = {
    **dict.fromkeys(
        ("cite", "citep", "citet", "citeauthor", "citeyear", "citealp", "parencite", "textcite"), 1
    ),
    **dict.fromkeys(("label", "vspace", "hspace", "color", "begin", "end", "footnotemark", "thanks"), 1),
}
_NOTHING = _words(
    """em it bf tt rm sc sl sf sffamily bfseries itshape ttfamily scshape rmfamily normalfont xspace noindent
    centering small footnotesize scriptsize tiny large Large LARGE huge Huge normalsize displaystyle textstyle
    scriptstyle left right big Big bigg Bigg bigl bigr Bigl Bigr limits nolimits protect relax allowbreak
    nobreak ignorespaces"""
)
_SPACES = _words("par newline linebreak quad qquad item hfill smallskip medskip bigskip space enspace")
_WORDS = {
    "eg": "e.g.",
    "ie": "i.e.",
    "etal": "et al.",
    "etc": "etc.",
    "wrt": "w.r.t.",
    "TeX": "TeX",
    "LaTeX": "LaTeX",
    "checkmark": "✓",
    "cmark": "✓",
    "xmark": "✗",
    "degree": "°",
    "deg": "°",
    "textdegree": "°",
    "euro": "€",
    "percent": "%",
    "textasciitilde": "~",
    "sim": "~",
    "mid": "|",
    "epsilon": "ε",
    "log": "log",
    "argmax": "argmax",
    "argmin": "argmin",
    "gcd": "gcd",
    "dim": "dim",
    "ne": "≠",
    "lvert": "|",
    "rvert": "|",
    "vert": "|",
    "lbrace": "{",
    "rbrace": "}",
    "star": "*",
    "ast": "*",
    "textbackslash": "\\",
    "textunderscore": "_",
    "textbar": "|",
    "dots": "...",
    "ldots": "...",
    "cdots": "...",
    "slash": "/",
    "colon": ":",
}
_ESCAPED = {c: c for c in "%$&#_{}"} | {
    ",": " ",
    ";": " ",
    ":": " ",
    "!": "",
    "/": "",
    "-": "",
    "@": "",
    "|": "‖",
}


def clean_latex(text: str, *, braces: bool = False) -> str:
    r"""Plain text of a title or abstract that may hold LaTeX markup.

    Commands become what they print, math its usual plain form (``$\alpha$`` → ``α``, ``$F_1$`` → ``F1``,
    ``$R^2$`` → ``R^2``, ``5$\times$`` → ``5×``), escapes and ties their character, ``--`` and ``---`` dashes.
    A command that nobody knows (``\ours``) stands as it is. Line breaks stay, so `tidy` can join them.

    Args:
        text: The title or abstract.
        braces: Also remove the braces that BibTeX protects capitals with (``{BERT}``). Off, a brace that
            belongs to no markup stays.

    >>> clean_latex(r"\textbf{RARL} gains 11.4\% over $\mathsf{SFT}$ for $5; 30% of it by G\"odel")
    'RARL gains 11.4% over SFT for $5; 30% of it by Gödel'
    """
    if not _SIGNS_OF_MARKUP.search(text) or _nesting(text) > _DEEPEST:
        return text
    return _dashes(_convert(_TIE.sub(" ", text), math=False, braces=braces))


def _nesting(text: str) -> int:
    """How many braces are open at once at most."""
    depth = deepest = 0
    for match in _BRACE.finditer(text):
        depth = depth + 1 if match.group() == "{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _dashes(text: str) -> str:
    text = re.sub(r"(?<=[\w\s)\]\"'”’.,%])---(?=[\w\s(\[\"'“‘])", "—", text)
    text = re.sub(r"(?<=[^\W_])--(?=[^\W_$(])|(?<=\s)--(?=\s)|(?<=[)%])--(?=\w)", "–", text)
    return re.sub(r"``(.{1,500}?)''", r"“\1”", text, flags=re.DOTALL)


def _convert(text: str, *, math: bool, braces: bool) -> str:
    out: list[str] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            piece, at = _command(text, at, math=math, braces=braces, before=out[-1][-1:] if out else "")
            out.append(piece)
        elif character == "$":
            if (match := _MATH.match(text, at)) and (formula := _math(match)) is not None:
                out.append(_attached(out, formula))
                at = match.end()
            else:
                out.append(character)
                at += 1
        elif character == "{" and (end := _closing(text, at)):
            inner = text[at + 1 : end - 1]
            if math or braces or inner.lstrip().startswith("\\"):
                out.append(
                    _convert(
                        inner.lstrip() if inner.lstrip()[:1] == "\\" else inner, math=math, braces=braces
                    )
                )
            else:
                out.append("{" + _convert(inner, math=math, braces=braces) + "}")
            at = end
        elif math and character in "^_" and at + 1 < len(text):
            inner, at = _argument(text, at + 1)
            out.append(
                _script(character, _convert(inner, math=True, braces=braces).strip(), "".join(out[-2:]))
            )
        elif math and character in "~&":
            out.append(" ")
            at += 1
        else:
            end = at + 1
            while end < len(text) and text[end] not in "\\${^_~&":
                end += 1
            out.append(text[at:end])
            at = end
    return "".join(out)


def _math(match: re.Match[str]) -> str | None:
    """The plain form of a formula, or None where the dollar signs are prices or names of variables."""
    body = next(group for group in match.groups() if group is not None)
    if match["inline"] is not None and "\\" not in body:
        followed_by_digit = match.string[match.end() : match.end() + 1].isdigit()
        if _PROSE.search(body) or (body[0].isdigit() and followed_by_digit):
            return None
    return " ".join(_convert(body, math=True, braces=True).split())


def _attached(out: list[str], piece: str) -> str:
    """A formula that starts with a subscript number, joined to the text before it: ``CO$_2$``."""
    if (match := re.match(r"_(\d+(?:\.\d+)?)(?!\w)", piece)) and out and out[-1][-1:].isalpha():
        return match[1] + piece[match.end() :]
    return piece


def _script(sign: str, inner: str, before: str) -> str:
    if sign == "_":
        return inner if _NUMBER.fullmatch(inner) and before[-1:].isalpha() else "_" + inner if inner else ""
    if inner in {"∘", "°", "◦"}:
        return "°"
    if inner in {"*", "'", "′", "†", "‡", "+", "th", "st", "nd", "rd", "™", "®"}:
        return inner
    if re.search(r"[\s,=/]|\w[+-]\w", inner):
        return f"^({inner})"
    return "^" + inner if inner else ""


def _command(text: str, at: int, *, math: bool, braces: bool, before: str) -> tuple[str, int]:
    """What the command at a backslash prints, and where the text goes on."""
    if (match := _MATH.match(text, at)) and (formula := _math(match)) is not None:
        return formula, match.end()
    if not math and (match := _ACCENT.match(text, at)):
        return _symbol(match.group()), match.end()
    if not math and (match := _ACCENT_ON_COMMAND.match(text, at)):
        inner, after = _group(text, match.end())
        letter = _convert(inner, math=False, braces=True)
        if len(letter) == 1 and letter.isalpha():
            return _symbol(f"{match[1]}{{{letter}}}"), after
    following = text[at + 1 : at + 2]
    if following in _ESCAPED:
        if following == "," and before.isdigit() and text[at + 2 : at + 3].isdigit():
            return "", at + 2
        return _ESCAPED[following], at + 2
    if following.isspace():
        return following, at + 2
    if following == "\\":
        return (" ", at + 2) if text[at + 2 : at + 3].isspace() or math else ("\\\\", at + 2)
    if not (match := _COMMAND.match(text, at)):
        return ("", at + 1) if math and not following else (text[at : at + 2], at + 2)
    name, end = match[1], match.end()

    def convert(argument: str) -> str:
        return _convert(argument, math=math and not name.startswith("text"), braces=braces)

    if name in _KEEP_ARGUMENT or name == "textsuperscript":
        argument, after = (_argument if math or name.startswith("math") else _group)(text, end)
        if after > end:
            if name in {"url", "path", "nolinkurl"}:
                return argument, after
            inner = convert(argument)
            if name == "textsuperscript":
                inner = _script("^", inner, "")
            return (inner + " " if name == "operatorname" else inner), after
        return ("", end) if math else (match.group(), end)
    if (count := _LAST_ARGUMENT.get(name)) is not None:
        arguments, after = _arguments(text, _skip_option(text, end), count)
        if len(arguments) == count:
            return convert(arguments[-1]), after
        return (arguments[0], after) if arguments and name == "href" else (match.group(), end)
    if (count := _DROP_ARGUMENT.get(name)) is not None:
        arguments, after = _arguments(text, _skip_option(text, end), count)
        return ("", after) if arguments else (match.group(), end)
    if name in {"frac", "tfrac", "dfrac", "nicefrac", "sfrac"}:
        arguments, after = _arguments(text, end, 2)
        if len(arguments) == 2:
            return "/".join(_grouped(convert(argument)) for argument in arguments), after
        return match.group(), end
    if name == "sqrt":
        argument, after = _argument(text, _skip_option(text, end))
        return "√" + _grouped(convert(argument)), after
    if name == "footnote":
        argument, after = _group(text, end)
        return (f" ({convert(argument)})", after) if after > end else ("", end)
    if name == "unicode" and (code := re.compile(r"\{x([0-9A-Fa-f]{2,5})\}").match(text, end)):
        return chr(int(code[1], 16)), code.end()
    if name in _NOTHING:
        return "", _skip_spaces(text, end)
    if name in _SPACES:
        return " ", _skip_spaces(text, end)
    printed = _WORDS.get(name) or _symbol("\\" + name)
    if printed:
        if text[end : end + 2] == "{}":
            return printed, end + 2
        eaten = _skip_spaces(text, end) if not (math and before.isspace()) else end
        if math and printed.isalpha() and printed.isascii():
            return printed + (" " if text[eaten : eaten + 1].isalnum() else ""), eaten
        return printed, (end if not math and "\n" in text[end:eaten] else eaten)
    arguments, after = _arguments(text, end, 4)
    if arguments and any(arguments):
        return " ".join(convert(argument) for argument in arguments), after
    return match.group(), after


def _grouped(text: str) -> str:
    return f"({text})" if re.search(r"[\s+*/·-]", text) else text


def _closing(text: str, at: int) -> int:
    """The offset after the brace that closes the one at an offset; 0 if none does."""
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, at, at + 5_000):
        depth += {"{": 1, "}": -1}.get(match.group(), 0)
        if not depth:
            return match.end()
    return 0


def _group(text: str, at: int) -> tuple[str, int]:
    """The braced argument at an offset and the offset after it; the same offset if there is none."""
    start = _skip_spaces(text, at)
    if text[start : start + 1] == "{" and (end := _closing(text, start)):
        return text[start + 1 : end - 1], end
    return "", at


def _argument(text: str, at: int) -> tuple[str, int]:
    """The argument at an offset as math reads it: a group, a command or one character."""
    start = _skip_spaces(text, at)
    group, end = _group(text, start)
    if end > start:
        return group, end
    if match := _COMMAND.match(text, start):
        argument, after = _group(text, match.end())
        return text[start:after] if argument else match.group(), max(after, match.end())
    return text[start : start + 1], min(start + 1, len(text))


def _arguments(text: str, at: int, most: int) -> tuple[list[str], int]:
    found: list[str] = []
    while len(found) < most:
        if found or text[at : at + 1] == "{" or most <= 2:
            argument, end = _group(text, at)
        else:
            break
        if end == at:
            break
        found.append(argument)
        at = end
    return found, at


def _skip_option(text: str, at: int) -> int:
    match = re.compile(r"(?:\[[^\]\n]{0,80}\])+").match(text, at)
    return match.end() if match else at


def _skip_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


@lru_cache(maxsize=4096)
def _symbol(command: str) -> str:
    """The character that a command without arguments or an accent prints; empty if pylatexenc knows none."""
    try:
        printed: str = LatexNodes2Text(math_mode="text").latex_to_text(command)
    except (IndexError, LatexWalkerError):  # the first is how its reader of \verb fails
        return ""
    return "" if printed.startswith("<") else printed.strip()
