"""The scripts, styles and pages that are shown in a browser, bundled when the package is built."""

from pathlib import Path
from typing import Final

from kg.errors import KgError

__all__ = ["folder"]

_DIST: Final = Path(__file__).parent / "dist"


def folder() -> Path:
    """The folder of the bundles: ``explorer/`` for the server, ``page/`` for ``graph.html``.

    Raises:
        KgError: They have not been built, which only happens in a source folder that was never installed.
    """
    if not (_DIST / "page" / "page.js").is_file():
        raise KgError("the pages' scripts have not been bundled; install the package with: pip install -e .")
    return _DIST
