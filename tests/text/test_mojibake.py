from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text import repair_mojibake

CHINESE = "本文提出了一种新的框架，在六个基准上优于基线方法。"
LOST = {0x81, 0x8D, 0x8E, 0x8F, 0x90, 0x9D, 0x9E, 0xAD}


def garble(text: str, encoding: str = "cp1254") -> str:
    """What is left of a text whose UTF-8 was decoded as another encoding; some bytes are lost."""
    kept = bytes(byte for byte in text.encode() if encoding == "latin-1" or byte not in LOST)
    return kept.decode(encoding)


def expected(text: str) -> str:
    """The text with each character that lost a byte marked."""
    return "".join("\ufffd" if len(c.encode()) > 1 and LOST.intersection(c.encode()) else c for c in text)


@pytest.mark.parametrize("encoding", ["cp1254", "cp1252"])
def test_chinese_is_restored_and_each_loss_marked_once(encoding: str) -> None:
    assert repair_mojibake(garble(CHINESE, encoding)) == expected(CHINESE)


def test_latin_1_loses_nothing() -> None:
    assert repair_mojibake(garble(CHINESE, "latin-1")) == CHINESE


def test_a_heading_with_an_emoji_is_restored() -> None:
    assert repair_mojibake(garble("### 🚀 核心方法")) == "### 🚀 核心方法"


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=12, max_size=40))
def test_no_chinese_line_stays_garbled_or_is_guessed(text: str) -> None:
    assert repair_mojibake(garble(text)) == expected(text)


@pytest.mark.parametrize(
    ("garbled", "text"),
    [
        ("naÃ¯ve Bayes", "naïve Bayes"),
        ("donâ€™t", "don’t"),
        ("SchrÃ¶dinger", "Schrödinger"),
        ("EspaÃ±a", "España"),
        ("at 5Â°C", "at 5°C"),
    ],
)
def test_western_text_is_restored(garbled: str, text: str) -> None:
    assert repair_mojibake(garbled) == text


@pytest.mark.parametrize(
    "text",
    [
        "Doğan Şahin'in İstanbul'daki çalışması ağırlıklı",
        "« Le café\xa0» est né à Orléans\xa0; CAFÉ\xa0»",
        "2.1 Å±0.2 and 10 Å²",
        "Gödel, Erdős, Łukasiewicz, Dvořák, Ñandú",
        "víš… dáš“ slyšíš…",
        "中文注释，以及 café",
        "“AMANHÃ” – São Paulo",
        "🚀 emoji and — dashes",
        "plain ASCII",
    ],
)
def test_sound_text_stays_as_it_is(text: str) -> None:
    assert repair_mojibake(text) == text


TURKISH = "abcçdefgğhıijklmnoöprsştuüvyzABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ '.,-"
FRENCH = "aàâbcçdeéèêëfghiîïjlmnoôœpqrstuùûvwxyzÀÇÉÈÊ '.,;-"


@given(
    st.text(TURKISH) | st.text(FRENCH) | st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF))
)
def test_letters_of_a_language_are_never_taken_for_bytes(text: str) -> None:
    assert repair_mojibake(text) == text


def test_only_the_garbled_lines_change() -> None:
    assert repair_mojibake(f"Çağrı\n{garble(CHINESE)}\ncafé") == f"Çağrı\n{expected(CHINESE)}\ncafé"
