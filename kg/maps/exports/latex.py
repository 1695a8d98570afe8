r"""The outline as a LaTeX document with booktabs tables and ``\cite`` keys.

It compiles with pdfLaTeX, XeLaTeX and LuaLaTeX. What pdfLaTeX's fonts lack is declared in the head, as a
command where pylatexenc knows one and by its code point (``U+4E2D``) otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pylatexenc.latexencode import UnicodeToLatexEncoder

from kg.maps.exports.bibliography import render_bibtex
from kg.maps.exports.document import (
    Block,
    Cite,
    Does,
    Heading,
    Items,
    Name,
    Paragraph,
    Part,
    Parts,
    Quotations,
    Said,
    Table,
)
from kg.maps.exports.evidence import Evidence, Sentence, papers_in_order
from kg.maps.exports.outline import outline
from kg.maps.exports.people import short_byline
from kg.maps.exports.wording import amount
from kg.maps.records import RelatedWorkMap
from kg.queries.relation_words import VERBS
from kg.records import Relation
from kg.text.titles import short_title

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "[": "{[}",
    "]": "{]}",
    "-": "-{}",
}
_TO_ESCAPE: Final = re.compile(r"[\\{}$&#%_^~<>|\"`\[\]]|-(?=-)")
_BREAKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE: Final = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ud800-\udfff]"
)
# Latin letters and signs that pdfLaTeX's own encodings have: no declaration may take their place.
_KNOWN: Final = re.compile("[\x00-·¹-ÿ]|(?![ĦħĸĿŀŉŦŧ])[Ā-ž]|[ȘșȚț‐‑‒–—‘’“”„‚…•€™†‡‰‹›]")
_ENCODER: Final = UnicodeToLatexEncoder(
    replacement_latex_protection="braces-all", unknown_char_policy="fail", unknown_char_warning=False
)
# Needs no package or encoding but what is loaded, and no letter to sit on.
_SAFE: Final = re.compile(
    r"\{(?:\\ensuremath\{(\\[A-Za-z]+)(?:\{[A-Za-z]\})?\}|\\[`'^\"~=.Hcuvrk]\{?\\?[A-Za-z]\}?"
    r"|\\text(?:degree|mu|pm|times|section|paragraph|onehalf|copyright))\}"
)

LETTERS: Final[dict[Relation, str]] = {
    "introduces": "I",
    "trainsOn": "T",
    "evaluatesOn": "E",
    "comparesWith": "C",
    "uses": "U",
    "addresses": "A",
    "measures": "M",
    "mentions": "$\\cdot$",
}
"""What stands in a cell for each relation."""

_HEAD: Final = r"""% Made by kg map. Compile with: pdflatex NAME, bibtex NAME, pdflatex NAME, pdflatex NAME
\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage[a4paper,margin=2.5cm]{geometry}
\usepackage{amsmath,amssymb,textcomp}
\usepackage{booktabs,longtable,array,graphicx}
\usepackage[hidelinks]{hyperref}
% The number of a sentence, linked to it. To leave the evidence out: \renewcommand{\evidence}[1]{}
\newcommand{\evidence}[1]{\textsuperscript{\hyperlink{q#1}{q#1}}}
\newcommand{\slanted}[1]{\makebox[2.6em][l]{\rotatebox{60}{#1}}}
\newcommand{\target}[1]{\hypertarget{q#1}{q#1}}
\setlength{\LTcapwidth}{\textwidth}
\emergencystretch=3em
\sloppy
"""


def render_latex(work: RelatedWorkMap, *, bibliography: str = "references") -> str:
    r"""A related-work outline by cluster, each sentence with a link to its evidence at the end.

    Args:
        work: The map.
        bibliography: The BibTeX file beside it, without ``.bib``, that ``\cite`` finds the papers in.
    """
    body = "".join(_Writer(work).document(bibliography))
    return _HEAD + "".join(_declarations(body + render_bibtex(work))) + "\n\\begin{document}\n" + body


def escape(text: str) -> str:
    """A text that LaTeX sets as it is, on one line."""
    line = _INVISIBLE.sub("", _BREAKS.sub(" ", text))
    return _TO_ESCAPE.sub(lambda match: _SPECIAL[match.group()], line)


def _declarations(text: str) -> Iterator[str]:
    """How pdfLaTeX sets what its fonts lack in a text; the other engines have fonts for it."""
    lacking = sorted({character for character in text if not _KNOWN.match(character)})
    if not lacking:
        return
    yield "\\ifdefined\\XeTeXversion\\else\\ifdefined\\directlua\\else\n"
    for character in lacking:
        yield f"\\DeclareUnicodeCharacter{{{ord(character):04X}}}{{{_substitute(character)}}}\n"
    yield "\\fi\\fi\n"


@lru_cache(maxsize=4096)
def _substitute(character: str) -> str:
    code = f"{{\\tiny U+{ord(character):04X}}}"
    try:
        command: str = _ENCODER.unicode_to_latex(character)
    except ValueError:
        return code
    safe = _SAFE.fullmatch(command)
    if not safe:
        return code
    # pylatexenc knows signs of packages that are not loaded here.
    return f"\\ifdefined{safe[1]}{command}\\else{code}\\fi" if safe[1] else command


class _Writer:
    def __init__(self, work: RelatedWorkMap) -> None:
        self.work = work
        self.evidence = Evidence(work)
        self.used: set[int] = set()

    def document(self, bibliography: str) -> Iterator[str]:
        yield f"\\title{{{escape(self.work.title)}}}\n\\author{{}}\n\\date{{}}\n\\maketitle\n"
        for block in outline(self.work, self.evidence):
            yield "\n"
            yield from self.block(block)
        yield "\n\\section*{Sentences}\n\\begin{description}\n"
        sentences = [one for one in self.evidence.sentences if one.number in self.used]
        for sentence in sentences:
            yield f"\\item[\\target{{{sentence.number}}}] {self.quoted(sentence)}\n"
        if not sentences:
            yield "\\item[]\n"
        yield "\\end{description}\n"
        keys = ",".join(self.work.papers[key].cite_key for key in papers_in_order(self.work))
        yield f"\n\\nocite{{{keys}}}\n\\bibliographystyle{{plain}}\n\\bibliography{{{bibliography}}}\n"
        yield "\\end{document}\n"

    def block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Heading):
            command = ("section", "subsection", "subsubsection")[block.level - 1]
            yield f"\\{command}{{{self.line(block.parts)}}}\n"
        elif isinstance(block, Paragraph):
            yield f"{self.line(block.parts)}\n"
        elif isinstance(block, Items):
            yield "\\begin{itemize}\n"
            for item in block.items:
                yield f"\\item {self.line(item)}\n"
            yield "\\end{itemize}\n"
        elif isinstance(block, Quotations):
            for number in block.numbers:
                sentence = self.evidence.sentences[number - 1]
                cite = f"\\cite{{{self.work.papers[sentence.paper].cite_key}}}"
                yield f"\\begin{{quote}}\n{self.marked(sentence)} {cite}\n\\end{{quote}}\n"
        else:
            yield from self.table(block)

    def table(self, table: Table) -> Iterator[str]:
        others = len(table.header) - 1
        width = 0.28 if others > 3 else 0.4
        columns = f">{{\\raggedright\\arraybackslash}}p{{{width}\\textwidth}}{'l' * others}"
        header = [self.line(cell) for cell in table.header]
        if not table.upright:
            header = [header[0], *(f"\\slanted{{{_clipped(name)}}}" for name in header[1:])]
        letters = {
            relation
            for row in table.rows
            for cell in row
            for part in cell
            if isinstance(part, Does)
            for relation in part.relations
        }
        legend = ", ".join(f"{LETTERS[one]}: {VERBS[one][0]}" for one in LETTERS if one in letters)
        caption = escape(table.caption) + (f" ({legend})" if legend else "")
        yield f"\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n\\caption{{{caption}}}\\\\\n"
        head = f"\\toprule\n{' & '.join(header)} \\\\\n\\midrule\n"
        yield f"{head}\\endfirsthead\n{head}\\endhead\n\\bottomrule\n\\endlastfoot\n"
        for row in table.rows:
            yield f"{' & '.join(map(self.line, row))} \\\\\n"
        yield "\\end{longtable}\n"

    def line(self, parts: Parts) -> str:
        return "".join(map(self.part, parts)).strip()

    def part(self, part: Part) -> str:
        if isinstance(part, Name):
            label = escape(self.work.entities[part.slug].label)
            return f"\\textbf{{{label}}}" if part.strong else label
        if isinstance(part, Cite):
            paper = self.work.papers[part.paper]
            cite = f"\\cite{{{paper.cite_key}}}"
            if not part.named:
                return cite
            title = f"\\emph{{{escape(short_title(paper.title))}}}"
            return f"{escape(short_byline(paper)) or title}~{cite}"
        if isinstance(part, Said):
            self.used.update(part.numbers)
            return "\\,".join(f"\\evidence{{{number}}}" for number in part.numbers)
        if isinstance(part, Does):
            return "".join(LETTERS[relation] for relation in part.relations)
        return escape(part)

    def quoted(self, sentence: Sentence) -> str:
        paper = self.work.papers[sentence.paper]
        labels = [escape(self.work.entities[claim.entity].label) for claim in sentence.claims]
        said = [
            f"{VERBS[claim.relation][0]} {label} ({claim.confidence:.2f})"
            for claim, label in zip(sentence.claims, labels, strict=True)
        ]
        said += [f"reports {escape(amount(result))}" for result in sentence.results]
        where = f"\\cite{{{paper.cite_key}}}, {sentence.field}"
        return f"``{self.marked(sentence)}'' ({where}: {'; '.join(said)})"

    def marked(self, sentence: Sentence) -> str:
        parts = []
        at = 0
        for start, end in sentence.marks:
            inner = escape(sentence.text[start:end])
            parts += [escape(sentence.text[at:start]), f"\\textbf{{{inner}}}"]
            at = end
        return "".join([*parts, escape(sentence.text[at:])]).strip()


def _clipped(name: str, limit: int = 34) -> str:
    """A name that a slanted heading has room for; only whole words go, so that no command is cut."""
    if len(name) <= limit:
        return name
    cut = name[:limit].rpartition(" ")[0]
    return f"{cut}\\ldots" if cut else name
