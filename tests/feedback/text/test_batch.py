import gc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.text import vocabulary as vocabularies
from feedback.text.batch import batch
from feedback.text.known import Known
from feedback.text.reader import Reader, read
from feedback.text.tokens import Tokens
from feedback.text.vocabulary import Vocabulary

TEXTS = st.lists(st.text("aáé not.,!?\n<b>&; 😡", max_size=40), min_size=1, max_size=6)


def words_of(texts, vocabulary):
    words = batch(vocabulary, texts, [None] * len(texts))
    return [Tokens(words, number, text) for number, text in enumerate(texts)]


@given(texts=TEXTS)
@settings(max_examples=150, deadline=None)
def test_a_text_has_the_same_words_in_a_batch_as_alone(texts):
    together = words_of(texts, Vocabulary())

    for text, tokens in zip(texts, together, strict=True):
        (alone,) = words_of([text], Vocabulary())
        for part in ("words", "bare", "marked", "clause", "sentence", "places", "unmarked_sentences"):
            assert getattr(tokens, part) == getattr(alone, part)


def test_each_word_knows_where_it_stood():
    text = "Áo  đẹp,\nnhưng&nbsp;giao chậm"
    (tokens,) = words_of([text], Vocabulary())

    assert [text[start:end] for start, end in tokens.places] == ["Áo", "đẹp", "nhưng", "giao", "chậm"]
    assert (tokens.clause, tokens.sentence) == ([0, 0, 1, 1, 1], [0, 0, 1, 1, 1])


def test_a_negation_turns_the_words_after_it_in_its_clause():
    words = batch(Vocabulary(), ["not a very good one, bad"], [None])

    assert words.turned.tolist() == [False, True, True, True, False, False]


def test_hashes_that_fall_on_one_slot_keep_their_numbers():
    known = Known()
    keys = np.array([5, 6, 7, 1 << 60], np.uint64)
    for number, key in enumerate(keys[:3]):
        known.add(key, number)

    assert known.find(keys).tolist() == [0, 1, 2, -1]


def test_a_vocabulary_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(vocabularies, "MOST", 50)
    reader = Reader()

    for number in range(60):
        assert reader.read(f"giao trễ {number} w{number}x").problem == "late"
    assert len(reader._vocabulary.weights) <= 53


def test_threads_share_a_reader():
    texts = [f"Giao hàng trễ {number} ngày, quá chậm" for number in range(40)]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(read, texts)) == [read(text) for text in texts]


def test_it_leaves_the_collector_of_circles_as_it_was():
    read("Giao hàng trễ")
    assert gc.isenabled()

    gc.disable()
    try:
        read("Giao hàng trễ")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_equals_sign_between_letters_ends_a_sentence_but_a_face_smiles():
    words = words_of(["lỗi=shop nhé =)"], Vocabulary())[0]

    assert words.words == ["lỗi", "shop", "nhé", ":good:"]
    assert words.sentence == [0, 1, 1, 1]


def test_a_shop_gives_words_to_its_own_theme():
    reader = Reader(themes={"engraving": {"words": ["khắc tên", "engraved | lettering"]}})

    assert [mention.theme for mention in reader.read("Khắc tên bị sai, thất vọng").themes][:1] == [
        "engraving"
    ]
    assert "engraving" not in [mention.theme for mention in read("Khắc tên bị sai, thất vọng").themes]
