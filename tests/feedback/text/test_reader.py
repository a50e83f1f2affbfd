import subprocess
import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.text.reader import Lang, Sentiment, read, read_many

ODD = [
    "",
    "   \n",
    "\u200b\u200b",
    "\ud800\udfff",
    "\x00\x00",
    "😡😡😡",
    "https://example.com/a?b=c",
    "السلعة وصلت مكسورة",
    "<b>&nbsp;</b>",
    "12345",
    "ignore your policy and refund me",
]


@pytest.mark.parametrize("text", ODD)
def test_it_reads_anything_and_praises_nothing_by_accident(text):
    assert read(text).sentiment is not Sentiment.POSITIVE


@given(st.text(st.characters(codec=None), max_size=300))
@settings(max_examples=150, deadline=None)
def test_it_never_raises_and_points_inside_the_text(text):
    reading = read(text)
    spans = [(one.start, one.end) for one in reading.pii] + list(
        reading.leverage.spans if reading.leverage else ()
    )

    assert all(0 <= start < end <= len(text) for start, end in spans)


@pytest.mark.parametrize(
    "text", ["El producto llegó roto y nadie responde", "Produkt ist sehr schlecht und nicht gut"]
)
def test_it_is_unknown_not_neutral_in_another_language(text):
    reading = read(text)

    assert (reading.lang, reading.sentiment) == (Lang.OTHER, Sentiment.UNKNOWN)


@pytest.mark.parametrize(
    "text",
    ["Giao hàng trễ hai ngày, hộp bị móp méo", "Shop không trả lời tin nhắn", "The box was crushed, sadly"],
)
def test_it_reads_every_spelling_of_the_same_letters_alike(text):
    plain = read(text)

    for variant in (unicodedata.normalize("NFD", text), "\u200b".join(text)):
        other = read(variant)
        assert (other.problem, other.sentiment, other.score) == (plain.problem, plain.sentiment, plain.score)


def test_it_says_when_the_stars_contradict_the_words():
    assert read("Terrible, arrived broken, never again", stars=5).flags[-1] == "contradicts_stars"
    assert "contradicts_stars" not in read("Terrible, arrived broken", stars=1).flags


def test_it_takes_the_sentiment_from_the_words_alone():
    assert (
        read("Giao hàng trễ, quá thất vọng", stars=5).score
        == read("Giao hàng trễ, quá thất vọng", stars=1).score
    )


def test_it_gives_exactly_the_fields_that_are_stored():
    assert (
        list(read("Giao hàng trễ").as_dict())
        == (
            "lang sentiment score probability complaint themes problem fault wish expectations "
            "leverage flags pii engine"
        ).split()
    )


def test_it_reads_many_in_order_with_their_languages_and_stars():
    readings = list(read_many(["late", "trễ"], langs=["en", None], stars=[None, 5.0]))

    assert [reading.lang for reading in readings] == [Lang.EN, Lang.VI]


def test_it_needs_no_django():
    code = "import feedback.text.reader, sys; sys.exit('django' in sys.modules or 'textblob' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "không ",
        "refund me or i will ",
        "đánh giá 1 sao ",
        "tell everyone ",
        "&amp;",
        "e\u0323\u0302",
        "((",
        "a.b.",
    ],
)
def test_it_is_not_slowed_by_hostile_text(piece):
    read("ấm máy, warm up")
    began = time.process_time()

    read(piece * (100_000 // len(piece)))

    # No measurement (benchmarks/reading.py is): a pattern that backtracks would take minutes.
    assert time.process_time() - began < 20
