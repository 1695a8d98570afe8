"""A small related-work map of invented papers, with texts that each format has its own trouble with."""

from __future__ import annotations

from kg.maps.records import (
    Board,
    Cluster,
    Contradiction,
    Event,
    Gap,
    GapTable,
    MapClaim,
    MapEntity,
    MapPaper,
    MapResult,
    Matrix,
    PaperLink,
    Reason,
    Related,
    RelatedWorkMap,
    Support,
    Timeline,
)
from kg.queries.quotes import Quote
from kg.records import EntityType, Relation

BASE = "https://example.org/id/"

LATEX_TITLE = r"50% & $100 for #1: {braces}, under_scores, ~tildes, ^carets and \backslashes"
MARKUP_TITLE = "<script>alert('boo')</script> & \"quotes\"\nover two lines"
FOREIGN_TITLE = "医学推理 with 🩺 and ☃: naïve Šimůnek, α ≥ β"
BRACKET_TITLE = "A title with [brackets](http://example.org/), |pipes|, *stars*, `ticks` and @mentions^2"
FORMULA_TITLE = "=cmd('calc')!A1"


def _paper(key: str, title: str, authors: tuple[str, ...], issued: str, cite: str, cluster: int) -> MapPaper:
    number = int(key[-1])
    return MapPaper(
        key=key,
        iri=f"{BASE}paper/{key}",
        title=title,
        authors=authors,
        issued=issued,
        arxiv_id=key.removeprefix("arxiv-") if key.startswith("arxiv-") else "",
        doi="10.1234/ponds_&%7" if key.startswith("doi-") else "",
        url="",
        code_url="https://example.org/code?a=1&b=%20_x#y" if number == 1 else "",
        lists=("Ponds & puddles",),
        cite_key=cite,
        cluster=cluster,
        x=0.1 + 0.17 * number,
        y=0.9 - 0.13 * (number * 2 % 5),
    )


PAPERS = {
    paper.key: paper
    for paper in (
        _paper("arxiv-2501.00001", LATEX_TITLE, ("Ada Müller-Lüdenscheidt",), "2025-01-03", "muller2025", 0),
        _paper(
            "arxiv-2502.00002", MARKUP_TITLE, ("Bo O'Neil", "Carla de la Cruz"), "2025-02", "oneil2025", 0
        ),
        _paper(
            "arxiv-2503.00003",
            FOREIGN_TITLE,
            ("王小明", "Jan Šimůnek", "Dee Doe"),
            "2025-03-05",
            "wang2025",
            0,
        ),
        _paper("doi-10.1234-x4", BRACKET_TITLE, (), "2024", "brackets2024", 1),
        _paper("title-cmd-5", FORMULA_TITLE, ("-Minus Sign", "Open AI and Friends"), "", "sign", 1),
    )
}


def _entity(slug: str, label: str, type: EntityType, papers: int, *aliases: str) -> MapEntity:
    return MapEntity(slug, f"{BASE}entity/{slug}", label, type, aliases, (), papers, papers + 3)


ENTITIES = {
    entity.slug: entity
    for entity in (
        _entity("a-plus-b", "A+B_#1", "Dataset", 1),
        _entity("con", "CON", "Task", 2, "console | reading"),
        _entity("f1", "F1", "Metric", 1),
        _entity("frognet", "FrogNet", "Model", 3, "Frog Network", "<b>frog</b>"),
        _entity("grpo", "GRPO", "Method", 2, "Group Relative Policy Optimization"),
        _entity("newt-opt", "NewtOpt [v2]", "Method", 2),
        _entity("pondbench", "PondBench", "Benchmark", 3, "=Pond Bench"),
        _entity("pondbench-2", "pondbench", "Benchmark", 1),
    )
}

_TUNED = "FrogNet is tuned with GRPO on A+B_#1 and tested on PondBench."
_BEATS = "It beats FrogNet on PondBench with an F1 of 71.5%."
_SENTENCES: dict[tuple[str, str, Relation], str] = {
    ("arxiv-2501.00001", "frognet", "introduces"): "We present FrogNet, which costs $5 & saves 50% of {x_i}.",
    ("arxiv-2501.00001", "grpo", "uses"): _TUNED,
    ("arxiv-2501.00001", "a-plus-b", "trainsOn"): _TUNED,
    ("arxiv-2501.00001", "pondbench", "evaluatesOn"): _TUNED,
    ("arxiv-2501.00001", "con", "addresses"): "Reading CON is <hard>.",
    ("arxiv-2502.00002", "newt-opt", "introduces"): "NewtOpt [v2] is a *new* way | to do it.",
    ("arxiv-2502.00002", "frognet", "comparesWith"): _BEATS,
    ("arxiv-2502.00002", "pondbench", "evaluatesOn"): _BEATS,
    ("arxiv-2502.00002", "f1", "measures"): _BEATS,
    ("arxiv-2503.00003", "grpo", "uses"): "我们 use GRPO 🐸 where α ≥ β.",
    ("arxiv-2503.00003", "frognet", "mentions"): "=FrogNet is cited; <img src=x onerror=alert(1)>.",
    ("doi-10.1234-x4", "pondbench", "introduces"): "PondBench holds 300 ponds.",
    ("doi-10.1234-x4", "newt-opt", "uses"): "Baselines use NewtOpt [v2].",
    ("title-cmd-5", "con", "mentions"): "@SUM(CON) is named.",
    ("title-cmd-5", "pondbench-2", "mentions"): "There is also pondbench.",
}


def _claim(number: int, paper: str, entity: str, relation: Relation, text: str) -> MapClaim:
    word = ENTITIES[entity].label
    at = text.find(word)
    marks = ((at, at + len(word)),) if at >= 0 else ()
    iri = f"{BASE}claim/{paper}/{relation}/{entity}"
    return MapClaim(iri, paper, entity, relation, 0.95 - number / 50, (Quote(text, marks, "abstract"),))


CLAIMS = {
    claim.iri: claim
    for claim in (
        _claim(number, paper, entity, relation, text)
        for number, ((paper, entity, relation), text) in enumerate(_SENTENCES.items())
    )
}


def _result(paper: str, value: str, text: str, *, baseline: str = "", gain: bool = False) -> MapResult:
    at = text.index(value)
    return MapResult(
        iri=f"{BASE}result/{paper}/{value}",
        paper=paper,
        subject="frognet",
        benchmark="pondbench",
        metric="f1",
        baseline=baseline,
        value=value,
        unit="%",
        kind="improvement" if gain else "absolute",
        verbatim=f"{value}%",
        quote=Quote(text, ((at, at + len(value) + 1),), "abstract"),
    )


_BEST = _result("arxiv-2502.00002", "71.5", _BEATS)
_OTHER = _result("arxiv-2501.00001", "66.6", "FrogNet scores 66.6% F1 on PondBench.")
_GAIN = _result("arxiv-2503.00003", "-4.2", "It loses -4.2% F1 & more.", baseline="newt-opt", gain=True)


def _iri(paper: str, entity: str, relation: Relation) -> str:
    return f"{BASE}claim/{paper}/{relation}/{entity}"


def _iris(*keys: tuple[str, str, Relation]) -> tuple[str, ...]:
    return tuple(_iri(*key) for key in keys)


MATRIX_COLUMNS = ("con", "grpo", "newt-opt", "frognet", "pondbench")

SAMPLE = RelatedWorkMap(
    title="Ponds & <puddles>",
    start="reading list “Ponds & puddles”",
    base=BASE,
    papers=PAPERS,
    entities=ENTITIES,
    claims=CLAIMS,
    results=(_BEST, _OTHER, _GAIN),
    related=(
        Related(
            "arxiv-2501.00001",
            "arxiv-2502.00002",
            0.62,
            (
                Reason("pondbench", "", 0.4, ("evaluatesOn",), ("evaluatesOn",)),
                Reason("frognet", "", 0.22, ("introduces",), ("comparesWith",)),
            ),
            "both evaluate on PondBench; 50% & $100 introduces FrogNet, which <script> compares with",
        ),
        Related(
            "arxiv-2501.00001",
            "arxiv-2503.00003",
            0.31,
            (Reason("grpo", "", 0.2, ("uses",), ("uses",)), Reason("", "frog", 0.11, (), ())),
            "both use GRPO; both name “frog”",
        ),
        Related(
            "arxiv-2502.00002",
            "doi-10.1234-x4",
            0.12,
            (Reason("newt-opt", "", 0.12, ("introduces",), ("uses",)),),
            "A title with [brackets] uses NewtOpt [v2], which <script> introduces",
        ),
    ),
    links=(
        PaperLink(
            "doi-10.1234-x4",
            "usesMethodIn",
            "arxiv-2502.00002",
            "newt-opt",
            _iris(("doi-10.1234-x4", "newt-opt", "uses"), ("arxiv-2502.00002", "newt-opt", "introduces")),
        ),
    ),
    clusters=(
        Cluster(0, "GRPO · FrogNet", ("grpo", "frognet"), tuple(list(PAPERS)[:3])),
        Cluster(1, "PondBench & <more>", ("pondbench",), tuple(list(PAPERS)[3:])),
    ),
    matrix=Matrix(
        tuple(PAPERS),
        MATRIX_COLUMNS,
        {
            (paper, entity): tuple(
                claim for claim in CLAIMS.values() if (claim.paper, claim.entity) == (paper, entity)
            )
            for paper in PAPERS
            for entity in MATRIX_COLUMNS
            if any((claim.paper, claim.entity) == (paper, entity) for claim in CLAIMS.values())
        },
        3,
    ),
    timelines=(
        Timeline(
            "frognet",
            "introduced here",
            (
                Event(
                    "2025-01",
                    "introduced",
                    "arxiv-2501.00001",
                    _iri("arxiv-2501.00001", "frognet", "introduces"),
                    "",
                ),
                Event(
                    "2025-01",
                    "first used for",
                    "arxiv-2501.00001",
                    _iri("arxiv-2501.00001", "con", "addresses"),
                    "con",
                ),
                Event(
                    "2025-03", "seen", "arxiv-2503.00003", _iri("arxiv-2503.00003", "frognet", "mentions"), ""
                ),
            ),
            {"2025-01": 1, "2025-02": 1, "2025-03": 1},
        ),
    ),
    method_gaps={
        "Benchmark": GapTable(
            ("grpo", "newt-opt"),
            ("pondbench",),
            (
                Gap(
                    "newt-opt",
                    "pondbench",
                    "not seen in this collection",
                    0.7,
                    (),
                    (("grpo", "arxiv-2501.00001"),),
                ),
                Gap("grpo", "pondbench", "stated", 0.0, ("arxiv-2501.00001",), ()),
            ),
        ),
        "Task": GapTable(
            ("grpo",), ("con",), (Gap("grpo", "con", "stated", 0.0, ("arxiv-2501.00001",), ()),)
        ),
    },
    boards=(Board("pondbench", "f1", (_BEST, _OTHER, _GAIN), False),),
    contradictions=(Contradiction(_BEST, _OTHER, 4.9),),
    supports=(
        Support(
            "uses",
            "grpo",
            ("arxiv-2501.00001", "arxiv-2503.00003"),
            2,
            _iris(("arxiv-2501.00001", "grpo", "uses"), ("arxiv-2503.00003", "grpo", "uses")),
        ),
    ),
    notes=("The 2 entities that more than 400 papers name were left out of relatedness: A & B.",),
    of_paper={key: tuple(claim.iri for claim in CLAIMS.values() if claim.paper == key) for key in PAPERS},
)
