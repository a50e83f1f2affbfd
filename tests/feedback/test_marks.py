"""A text in pieces: plain Python, no database."""

from hypothesis import given
from hypothesis import strategies as st

from feedback.marks import pieces

spans = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)).map(sorted), max_size=6)


@given(st.text("tệ .A", max_size=12), st.lists(st.text("tệ .", max_size=3), max_size=3), spans)
def test_together_the_pieces_are_the_text(text, words, leverage):
    assert "".join(piece.text for piece in pieces(text, words=words, leverage=leverage)) == text


@given(st.text("abc", min_size=12, max_size=12), spans)
def test_a_letter_is_marked_when_a_mark_covers_it(text, leverage):
    shown = [
        letter for piece in pieces(text, leverage=leverage) for letter in (piece.kind,) * len(piece.text)
    ]

    covered = [any(start <= place < end for start, end in leverage) for place in range(len(text))]
    assert shown == ["leverage" if is_marked else "" for is_marked in covered]


def test_where_marks_overlap_leverage_is_shown():
    found = pieces("late late", words=["late"], leverage=[(0, 6)])

    assert [(piece.text, piece.kind) for piece in found] == [
        ("late", "leverage"),
        (" ", "leverage"),
        ("l", "leverage"),
        ("ate", "theme"),
    ]


def test_a_word_said_thousands_of_times_is_marked_in_no_time():
    """No measurement: looking at each mark for each piece would take minutes."""
    text = "tệ " * 30_000

    assert sum(piece.kind == "theme" for piece in pieces(text, words=["tệ"])) == 30_000
