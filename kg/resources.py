"""The files that ship with the package: the ontology, its shapes, the vocabulary and the JSON-LD context."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def ontology_file(name: str) -> Path:
    """The path of a file of ``ontology/``, in an installed package or in a checkout.

    Raises:
        FileNotFoundError: There is no such file; the installation is broken.
    """
    for folder in (_PACKAGE / "ontology", _PACKAGE.parent / "ontology"):
        if (path := folder / name).is_file():
            return path
    raise FileNotFoundError(name)
