"""The kind of shop that a text is written to, and what it changes about themes (issue 3, item 4)."""

import gzip
import json

import numpy as np
import pytest

from feedback.text import ship, train_base, train_kinds
from feedback.text.batch import batch
from feedback.text.hashing import KIND_BITS, kind_places
from feedback.text.kinds import (
    ABOUT,
    AS_A_WHOLE,
    COMMON,
    TOLD,
    UNKNOWN,
    WRONG,
    Kinds,
    Steps,
    bit,
    doubts,
)
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
        ("delivery", 0.15, 0.9, True, True, [True, True, False]),
        ("delivery", 0.12, 0.9, True, True, [True, True, True]),
        ("delivery", 0.12, 0.9, 0.6, True, [True, True, False]),
        ("delivery", 0.25, 0.9, True, True, [True, True, False]),
        ("delivery", 0.25, 0.9, 0.6, True, [False, False, False]),
        ("price", 0.15, 0.9, True, True, [True, True, False]),
        ("price", 0.15, 0.9, 0.6, True, [False, False, False]),
        ("price", 0.25, 0.9, True, True, [False, False, False]),
        ("delivery", 0.01, 0.9, True, False, [False, False, False]),
        ("delivery", 0.9, 0.01, True, False, [True, True, True]),
        ("delivery", 0.9, 0.01, 0.6, False, [False, False, False]),
    ],
)
def test_what_is_doubted(common, chance, own, known, asked, expected):
    """Where the kind is not known only the heads that know many kinds may doubt, and no problem; where it
    is, its own weights judge the themes it speaks of, harder where it is known well, and the weights of all
    kinds the others."""
    told = doubted(chance=chance, own=own, known=known, asked=asked, common=common)
    assert told == expected


def test_every_doubt_has_a_bit_of_its_own():
    bits = {bit(sort, common) for sort in (ABOUT, TOLD, WRONG) for common in COMMON}
    assert len(bits) == 3 * len(COMMON)


def two_kinds(*, runs=None):
    """The first speaks of price and service, the second of delivery."""
    asked = np.zeros((2, len(COMMON)), np.bool_)
    asked[0, [PRICE, SERVICE]] = asked[1, DELIVERY] = True
    return Kinds(
        names=("one", "two"),
        asked=asked,
        of_kinds=np.zeros((1, 8), np.int8),
        words=np.zeros((1, 2, 8), np.int8),
        runs=np.zeros((1 << KIND_BITS, 8), np.int8) if runs is None else runs,
        steps=Steps(np.ones(3, np.float32), np.ones((2, 8), np.float32), np.ones(8, np.float32)),
        start=np.array([30, 0, 0], np.float32),
        further=np.zeros((2, 8), np.float32),
    )


def further(kind):
    """Of the first kind's themes 1 and 2, of the second's 4."""
    return np.array([[[1, 2], [4, 0], [0, 0]][number] for number in kind], np.float32)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([30, 0, 0], {PRICE: 0.731, SERVICE: 0.881}),
        ([0, 30, 0], {DELIVERY: 0.982}),
        ([30, 30, 0], {PRICE: 0.366, SERVICE: 0.44, DELIVERY: 0.491}),
        ([30, 28, 0], {PRICE: 0.731, SERVICE: 0.881}),
        ([30, 29, 0], {PRICE: 0.534, SERVICE: 0.644, DELIVERY: 0.264}),
    ],
)
def test_the_likely_kinds_answer_as_far_as_they_are_likely(scores, expected):
    """Each says nothing of themes that it does not know; a kind far less likely than the first is silent."""
    sharp, _ = two_kinds().judged(np.array([scores], np.float32), np.zeros((1, len(COMMON))), further)
    told = 1 / (1 + np.exp(-sharp[0]))
    assert {place: round(float(told[place]), 3) for place in np.flatnonzero(told > 0.01)} == expected


@pytest.mark.parametrize(
    ("own", "more", "price", "delivery"),
    [(0.9, -1, 0.829, 0.416), (0.5, -1, 0.376, 0.231), (0.5, 2, 0.881, 0.231), (0.1, -1, 0.067, 0.046)],
)
def test_where_another_kind_is_as_likely_what_is_heard_in_any_kind_counts_too(own, more, price, delivery):
    """It takes nothing from what the likeliest kind speaks of."""
    heard = np.full((1, len(COMMON)), np.log(own / (1 - own)))
    scores = np.array([[1, -9, 0.85]], np.float32)
    sharp, (bits,) = two_kinds().judged(scores, heard, lambda kind: np.full((1, 8), more, np.float32))
    told = 1 / (1 + np.exp(-sharp[0]))
    assert [round(float(told[place]), 3) for place in (PRICE, DELIVERY)] == [price, delivery]
    assert not bits & UNKNOWN


@pytest.mark.parametrize(("scores", "expected"), [([1, 0, 3], (True, False)), ([0, 9, 0], (False, True))])
def test_it_says_whether_the_kind_is_known_and_speaks_of_the_whole(scores, expected):
    kinds = two_kinds()
    kinds.asked[1, COMMON.index("general")] = True
    _, (bits,) = kinds.judged(np.array([scores], np.float32), np.zeros((1, len(COMMON))), further)
    assert (bool(bits & UNKNOWN), bool(bits & AS_A_WHOLE)) == expected


def test_a_run_of_words_tells_what_none_of_them_does():
    """Two words that stand side by side, in a kind where that was learned."""
    words = batch(Vocabulary(), ["the slow crew", "crew, slow"], [None] * 2)
    sums = load().sums(words)
    (_, _, places), _ = sums.runs.sided
    runs = np.zeros((1 << KIND_BITS, 8), np.int8)
    runs[kind_places(places[1:2], np.array([0])), 1] = 3  # "slow crew", of the first kind's second theme
    kinds = two_kinds(runs=runs)
    nowhere = np.full(len(words.word), -1)
    sharp, _ = kinds.sharpened(words, nowhere, sums.runs, np.ones(2), np.zeros((2, len(COMMON))))
    assert np.round(sharp[:, SERVICE], 3).tolist() == [3, 0]


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


def test_the_starts_of_some_kinds_are_moved_when_they_are_written(tmp_path):
    """Issue 3, item 10: what ships comes from training alone."""
    learned = train_kinds.LearnedKinds(
        asked={"cosmetics": ["product", "price", "other"], "rooms": ["product", "other"]},
        of_kinds=np.zeros((1, 3)),
        words=np.zeros((1, 2, 8)),
        runs=np.zeros((1 << KIND_BITS, 8)),
        start=np.zeros(3),
        further=np.ones((2, 8)),
    )

    train_kinds.write_kinds(tmp_path, learned, [0], ship._stepped_for_kinds)

    written = json.loads((tmp_path / "kinds.json").read_text("utf-8"))["further"]
    assert [row[:3] for row in written] == [[0.2, 1, 0.6], [1, 1, 1]]
