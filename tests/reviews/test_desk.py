import pytest

from feedback.marks import Segment
from feedback.models import Mention, Theme
from reviews import desk

pytestmark = pytest.mark.django_db
THREAT = "Không đền thì tôi đăng một sao khắp nơi cho mọi người biết."


def test_the_pieces_are_the_text(own, receive):
    review = receive(own, title="Bể rồi", text="Ấm bị vỡ khi mở hộp. " + THREAT).review

    pieces = desk.segments(review)

    assert "".join(piece.text for piece in pieces) == review.comment.words
    assert any(piece.kind == "leverage" and "đăng một sao" in piece.text for piece in pieces)


def test_words_of_themes_are_marked_whole(own, receive):
    review = receive(own, text="Men xước, mentor nói vậy", stars=3).review
    Mention.objects.filter(comment=review.comment).delete()
    quality = Theme.objects.get(slug="product_quality")
    Mention.objects.create(comment=review.comment, theme=quality, polarity="negative", words=["men", "("])

    pieces = desk.segments(review)

    assert [piece.text for piece in pieces if piece.kind == "theme"] == ["Men"]


def test_spans_that_overlap_or_overshoot_do_no_harm(own, receive):
    review = receive(own, text="abc def").review
    review.comment.analysis.leverage_spans = [[0, 5], [3, 999], [-4, 2]]

    assert "".join(piece.text for piece in desk.segments(review)) == "abc def"


def test_differences_show_what_is_added_and_gone():
    assert desk.differences("Xin lỗi anh", "Xin lỗi chị ạ") == [
        Segment(text="Xin lỗi "),
        Segment(text="anh", kind="gone"),
        Segment(text="chị ạ", kind="added"),
    ]


def test_neighbours_are_in_the_order_of_the_list(own, receive, later):
    made = [receive(own, external_id=f"r{n}", text=f"Giao trễ {n} ngày.") for n in range(5)]
    chosen = dict.fromkeys(("source", "route", "sentiment", "language", "age"), "") | {"state": "draft"}

    assert desk.neighbours(made[2], chosen, later) == made
    assert desk.neighbours(made[2], chosen | {"state": "all"}, later) == made[::-1]
