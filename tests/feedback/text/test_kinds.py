"""The kind of shop that a text is written to, and what it changes about themes (issue 3, item 4)."""

import gzip
import json

import numpy as np
import pytest

from feedback.text import ship, train_base, train_kinds
from feedback.text.batch import batch
from feedback.text.kinds import ABOUT, COMMON, TOLD, WRONG, Kinds, bit, doubts
from feedback.text.model import load, load_from
from feedback.text.reader import Reader, read
from feedback.text.vocabulary import Vocabulary

PRICE, SERVICE, DELIVERY = map(COMMON.index, ("price", "service", "delivery"))


def doubted(*, chance, own, known, asked, common):
    """`known` is yes or no, or how sure."""
    both = [np.full((1, len(COMMON)), share) for share in (chance, own)]
    (bits,) = doubts(*both, np.array([float(known)]), np.full((1, len(COMMON)), asked))
    return [bool(bits & bit(sort, common)) for sort in (ABOUT, TOLD, WRONG)]


@pytest.mark.parametrize(
    ("common", "chance", "own", "known", "asked", "expected"),
    [
        ("price", 0.9, 0.9, False, False, [False, False, False]),
        ("price", 0.3, 0.3, False, False, [False, True, False]),
        ("price", 0.01, 0.01, False, False, [True, True, False]),
        ("delivery", 0.01, 0.01, False, False, [False, False, False]),
        ("delivery", 0.01, 0.9, True, True, [True, True, True]),
        ("delivery", 0.2, 0.9, True, True, [True, True, False]),
        ("delivery", 0.01, 0.9, True, False, [False, False, False]),
        ("delivery", 0.9, 0.01, True, False, [True, True, True]),
        ("delivery", 0.9, 0.01, 0.8, False, [False, False, False]),
    ],
)
def test_what_is_doubted(common, chance, own, known, asked, expected):
    """Where the kind is not known only the heads that know many kinds may doubt, and no problem; where it
    is, its own weights judge the themes it speaks of, and the weights of all kinds the others."""
    told = doubted(chance=chance, own=own, known=known, asked=asked, common=common)
    assert told == expected


def test_every_doubt_has_a_bit_of_its_own():
    bits = {bit(sort, common) for sort in (ABOUT, TOLD, WRONG) for common in COMMON}
    assert len(bits) == 3 * len(COMMON)


def two_kinds():
    """The first speaks of price and service, the second of delivery."""
    asked = np.zeros((2, len(COMMON)), np.bool_)
    asked[0, [PRICE, SERVICE]] = asked[1, DELIVERY] = True
    return Kinds(
        names=("one", "two"),
        asked=asked,
        words=np.zeros((0, 6), np.int8),
        steps=np.ones(6, np.float32),
        start=np.zeros(6, np.float32),
    )


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([30, 0, 0, 1, 2, 4], {PRICE: 1, SERVICE: 2}),
        ([0, 30, 0, 1, 2, 4], {DELIVERY: 4}),
        ([0, 0, 30, 1, 2, 4], {}),
        ([30, 30, 0, 1, 2, 4], {PRICE: 0.5, SERVICE: 1, DELIVERY: 2}),
    ],
)
def test_a_kind_adds_its_weights_as_far_as_it_is_certain(scores, expected):
    sharp, _ = two_kinds().sharpened(np.array([scores], np.float32), np.zeros((1, len(COMMON))))
    assert {place: round(float(sharp[0, place]), 3) for place in np.flatnonzero(sharp[0] > 1e-6)} == expected


def test_a_text_reads_the_same_alone_and_among_others():
    texts = ["Son mịn, thơm, giao nhanh", "", "Flight cancelled, no refund", "pin trâu, máy mượt", "!!!"]

    def scores(texts):
        words = batch(Vocabulary(), texts, [None] * len(texts))
        sums = load().sums(words)
        return load().sharpened(words, sums, load().logits(sums, words.langs))[0]

    alone = np.vstack([scores([text]) for text in texts])
    assert np.allclose(scores(texts), alone, atol=1e-4)


def test_where_a_part_of_a_word_is_another_thing_no_theme_is_named():
    """A fingerprint reader that does not answer is no parcel that did not come."""
    phone = "Máy mượt, pin trâu, camera đẹp nhưng cảm biến vân tay không nhạy"
    assert "not_received" not in {one.theme for one in read(phone).themes}
    lost = "Đặt giày mười ngày rồi vẫn chưa nhận được hàng"
    assert "not_received" in {one.theme for one in read(lost).themes}


@pytest.fixture
def towns(tmp_path):
    """In a set of rooms "view" is the place; in a set of phones it is the goods."""
    sets = {
        "en_rooms": [("THE_PLACE", "the view from the bed and balcony"), ("STAFF", "the maid was kind")],
        "en_devices": [("GOODS", "the view on the screen and battery"), ("STAFF", "the seller was kind")],
    }
    for source, told in sets.items():
        for part in ("train", "dev"):
            with gzip.open(tmp_path / f"{source}.{part}.jsonl.gz", "wt", encoding="utf-8") as lines:
                for turn in range(12):
                    for theme, text in told:
                        row = {
                            "lang": "en",
                            "text": f"{text} {turn}",
                            "polarity": "positive",
                            "themes": [theme],
                        }
                        lines.write(json.dumps(row) + "\n")
    themes = {
        "en_rooms": {"THE_PLACE": "place", "STAFF": "service"},
        "en_devices": {"GOODS": "product", "STAFF": "service"},
    }
    (tmp_path / "theme_map.json").write_text(json.dumps({"map": themes}))
    return tmp_path


def test_a_kind_is_learned_and_what_its_themes_are_called(towns, tmp_path, monkeypatch):
    """Each set with themes is a kind of its own; the same data give the same bytes."""
    monkeypatch.setattr(train_base, "ROUNDS", 6)
    for name in ("first", "second"):
        ship.train(towns, tmp_path / name)
    written = [
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    ]
    assert written[0] == written[1]

    kinds = load_from(tmp_path / "first").tables.kinds
    assert kinds.names == ("en_devices", "en_rooms")
    asked = [{common for common, its in zip(COMMON, row, strict=True) if its} for row in kinds.asked]
    assert asked == [{"product", "service"}, {"place", "service"}]
    reader = Reader(load_from(tmp_path / "first"))
    rooms, devices = reader.read_many(["the bed, the balcony, the view", "the screen, the battery, the view"])
    assert [one.theme for one in rooms.themes] == ["place_cleanliness"]
    assert [one.theme for one in devices.themes] == ["product_quality"]


def test_without_themes_no_kind_is_learned(tmp_path):
    seen = learned = None
    assert train_kinds.learn_kinds([], seen, learned, slice(6, 15), {}) is None
