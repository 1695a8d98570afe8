"""A second build extracts nothing, and a cache that can't be used costs time but never a build."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.extraction import CheckedExtractor, Outcome, TextExtractor
from kg.extraction.cache import ExtractionCache
from kg.extraction.parallel import fill_cache
from kg.records import Extraction, LocalEntity, Mention, RelationClaim, Result, Sentence, Vocabulary


class FirstWord:
    """An extractor simple enough to check: the title's first word is a Method that the paper introduces."""

    fingerprint = "first-word 1"

    def extract_many(self, texts: Iterable[tuple[str, str]]) -> Iterator[Extraction]:
        for title, _ in texts:
            name = title.split()[0]
            mention = Mention("title", 0, len(name), name)
            entity = LocalEntity(name, "Method", (mention,), (RelationClaim("introduces", 0.9, (0,)),))
            number = Mention("title", len(title) - 4, len(title), "1.5%")
            result = Result(0, None, None, None, "1.5", "%", "absolute", number)
            yield Extraction((Sentence("title", 0, len(title)),), (entity,), (result,))


class Quota(FirstWord):
    """Reads five texts, then can't go on."""

    def extract_many(self, texts: Iterable[tuple[str, str]]) -> Iterator[Extraction]:
        for number, extraction in enumerate(super().extract_many(texts)):
            if number == 5:
                raise KgError("the quota is used up")
            yield extraction


class Picky(FirstWord):
    """Can't read some texts, and can't be pickled."""

    def __init__(self) -> None:
        self.fussy: Callable[[str], bool] = lambda title: "7" in title

    def extract_many(self, texts: Iterable[tuple[str, str]]) -> Iterator[Extraction]:
        for text in texts:
            if self.fussy(text[0]):
                raise ValueError("not this one")
            yield from super().extract_many([text])


class Uneven(FirstWord):
    """Gives so many extractions for every second text when it has several."""

    def __init__(self, each: int) -> None:
        self.each = each

    def extract_many(self, texts: Iterable[tuple[str, str]]) -> Iterator[Extraction]:
        texts = list(texts)
        for number, extraction in enumerate(super().extract_many(texts)):
            for _ in range(self.each if number % 2 and len(texts) > 1 else 1):
                yield extraction


def checked(extractor: TextExtractor) -> CheckedExtractor:
    return CheckedExtractor(extractor, Vocabulary(), extractor.fingerprint)


TEXTS = [(f"Näme{n} 🧪 a title of 1.5%", f"abstract {n}") for n in range(1000)]
EXPECTED = [Outcome(extraction) for extraction in FirstWord().extract_many(TEXTS)]


def test_second_run_extracts_nothing_and_gives_the_same(tmp_path: Path) -> None:
    with ExtractionCache(tmp_path, "one") as cache:
        assert fill_cache(TEXTS[:10], cache, checked(FirstWord())).extracted == 10
    with ExtractionCache(tmp_path, "one") as cache:
        assert fill_cache(TEXTS[:11], cache, checked(FirstWord())).extracted == 1
        assert [cache.get(text) for text in TEXTS[:11]] == EXPECTED[:11]


def test_workers_give_what_one_process_gives(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with ExtractionCache(tmp_path, "one") as cache:
        done = fill_cache(
            TEXTS,
            cache,
            checked(FirstWord()),
            workers=2,
            progress=lambda done, total: seen.append((done, total)),
        )
        assert done.extracted == len(TEXTS)
        assert [cache.get(text) for text in TEXTS] == EXPECTED
    assert seen[-1] == (1000, 1000)


def test_another_extractor_finds_nothing_of_the_first(tmp_path: Path) -> None:
    with ExtractionCache(tmp_path, "one") as cache:
        fill_cache(TEXTS[:1], cache, checked(FirstWord()))
    with ExtractionCache(tmp_path, "two") as cache:
        assert cache.get(TEXTS[0]) is None


def test_title_and_abstract_are_told_apart(tmp_path: Path) -> None:
    with ExtractionCache(tmp_path, "one") as cache:
        fill_cache([("ab", "c")], cache, checked(FirstWord()))
        assert cache.get(("a", "bc")) is None


def test_damaged_file_is_renewed(tmp_path: Path) -> None:
    with ExtractionCache(tmp_path, "one") as cache:
        fill_cache(TEXTS[:1], cache, checked(FirstWord()))
    (file,) = tmp_path.glob("*.sqlite")
    file.write_bytes(b"this is no database" * 1000)
    with ExtractionCache(tmp_path, "one") as cache:
        assert fill_cache(TEXTS[:1], cache, checked(FirstWord())).extracted == 1
    with ExtractionCache(tmp_path, "one") as cache:
        assert cache.get(TEXTS[0]) == EXPECTED[0]


@pytest.mark.parametrize("obstacle", ["file", "missing parent"])
def test_folder_that_cannot_be_made_gives_a_temporary_cache(tmp_path: Path, obstacle: str) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    folder = blocked if obstacle == "file" else blocked / "deeper"
    with ExtractionCache(folder, "one") as cache:
        assert not cache.persistent
        assert fill_cache(TEXTS[:3], cache, checked(FirstWord())).extracted == 3
        assert cache.get(TEXTS[2]) == EXPECTED[2]


def test_only_the_last_extractors_are_kept(tmp_path: Path) -> None:
    for age, name in enumerate("abcde"):
        with ExtractionCache(tmp_path, name) as cache:
            fill_cache(TEXTS[:1], cache, checked(FirstWord()))
        for file in tmp_path.glob("*.sqlite"):
            os.utime(file, (file.stat().st_mtime - 10,) * 2)
        assert len(list(tmp_path.glob("*.sqlite"))) == min(age + 1, 3)
    with ExtractionCache(tmp_path, "e") as cache:
        assert TEXTS[0] in cache


def test_what_was_read_before_the_extractor_gave_up_is_kept(tmp_path: Path) -> None:
    with ExtractionCache(tmp_path, "one") as cache:
        with pytest.raises(KgError, match="quota"):
            fill_cache(TEXTS[:10], cache, checked(Quota()))
        assert [text in cache for text in TEXTS[:10]] == [True] * 5 + [False] * 5


def test_a_text_that_fails_is_told_and_tried_again(tmp_path: Path) -> None:
    with ExtractionCache(tmp_path, "one") as cache:
        report = fill_cache(TEXTS, cache, checked(Picky()), workers=2)
        assert report.extracted == 1000
        assert set(report.failed) == {text for text in TEXTS if "7" in text[0]}
        assert "not this one" in report.failed[TEXTS[7]].problems[0]
        assert cache.get(TEXTS[8]) == EXPECTED[8]
        assert fill_cache(TEXTS, cache, checked(FirstWord())).extracted == len(report.failed)


@pytest.mark.parametrize("each", [0, 2])
@pytest.mark.parametrize("count", [2, 3, 100])
def test_extractions_are_never_those_of_another_text(each: int, count: int) -> None:
    assert list(checked(Uneven(each)).extract_many(TEXTS[:count])) == EXPECTED[:count]
