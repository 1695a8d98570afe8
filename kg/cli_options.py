"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        "-s",
        metavar="PATH|URL",
        help="The graph: a build's output folder, a graph file, or a SPARQL endpoint.",
    ),
]
