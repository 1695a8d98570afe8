from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import kg

ROOT = Path(__file__).parents[1]
SEEDS = sorted((ROOT.parent / "shared" / "seeds").glob("*.txt"))
DATA = [str(ROOT / "data" / "medical-reasoning-rl.md"), str(ROOT / "data" / "vision-language.bib")]

needs_seeds = pytest.mark.skipif(not SEEDS, reason="the user's reading lists are not beside this checkout")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep extractions apart from those of whoever runs the tests; programs that are started inherit it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a build of the lists in ``data/``; not to be written to."""
    output = tmp_path_factory.mktemp("built") / "output"
    kg.build(DATA, output=output)
    return output
