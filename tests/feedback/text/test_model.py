"""The trained engine: what its sums, chances and adapted weights promise (S4-5, S4-6, differentiator 1)."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.text.batch import batch
from feedback.text.model import SENTIMENTS, Model, load
from feedback.text.reading import Lang
from feedback.text.train import Example, adapt, is_held
from feedback.text.vocabulary import Vocabulary

BAD = "Hàng vỡ nát, gọi mãi không ai nghe máy, quá thất vọng"
GOOD = "The lamp is lovely, arrived early and works perfectly, thank you"


def read(model, *texts, langs=None):
    words = batch(Vocabulary(), texts, langs or [None] * len(texts))
    sums = model.sums(words)
    return words, sums, model.logits(sums, words.langs)


def test_the_shipped_model_tells_bad_from_good_in_both_languages():
    """S4-5: sentiment in Vietnamese and in English, without TextBlob."""
    texts = [BAD, "hang vo nat, qua that vong", "Áo đẹp, giao nhanh, rất ưng ý", GOOD, "Broken again, awful"]
    words, _, logits = read(load(), *texts)
    felt = [SENTIMENTS[number] for number in load().sentiments(logits, words.langs).argmax(axis=1)]
    assert felt == ["negative", "negative", "positive", "positive", "negative"]


def test_chances_are_chances():
    """Issue 3, item 3: calibrated chances add up to one, whatever the text."""
    words, sums, logits = read(load(), BAD, "", "!!!", GOOD, "zxqj " * 50)
    chances = load().sentiments(logits, words.langs)
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert ((load().chances(logits) >= 0) & (load().chances(logits) <= 1)).all()
    assert (np.abs(load().leanings(sums)) <= 1).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=6))
def test_a_text_reads_the_same_alone_and_among_others(texts):
    """A batch is only faster: what stands beside a text changes nothing."""
    langs = [Lang.VI] * len(texts)
    _, _, together = read(load(), *texts, langs=langs)
    alone = [read(load(), text, langs=[Lang.VI])[2][0] for text in texts]
    assert np.allclose(together, alone, atol=1e-4)


def test_no_text_at_all():
    words, sums, logits = read(load(), "", "")
    assert len(sums.clause) == 0
    assert logits.shape == (2, len(load().outputs))
    assert load().sentiments(logits, words.langs).shape == (2, 3)


def test_the_words_that_spoke_for_an_answer():
    """Issue 3, done when: the pages show themes with the words that fired."""
    words, _, logits = read(load(), "Áo đẹp", "Giá quá đắt so với chất lượng, đóng gói cẩn thận")
    model = load()
    spoke = {
        words.vocabulary.words[words.word[n]] for n in model.contributions(words, 1, "common:price", most=2)
    }
    assert spoke & {"giá", "đắt"}
    assert model.chances(logits)[1, model.column("common:price") - 3] > 0.5


def test_loading_is_quick_and_maps_the_tables():
    """Issue 3, speed: loading < 0.5 s; memory only for what is read."""
    assert isinstance(load().tables.runs, np.memmap)
    assert isinstance(load().tables.pieces, np.memmap)


def examples():
    shades = "red green blue black white yellow brown pink grey violet orange golden".split()
    for number, shade in enumerate(shades):
        yield Example(
            text=f"{shade} frobnicator {number}", lang="en", sentiment="negative", problem="defective"
        )
        yield Example(
            text=f"{shade} zibblewick {number}",
            lang="en",
            sentiment="positive",
            themes=("gifts",),
            problem="none",
        )
        yield Example(text=f"{shade} cloth {number}", lang="en", themes=())


def test_corrections_teach():
    """Issue 3, item 9: what staff correct is learned; held-out corrections tell whether it helped."""
    made = adapt(load(), list(examples()))
    assert made.seen + made.unseen == 36
    assert made.after.sentiment >= made.before.sentiment
    model = Model.adapted(load(), made.delta)
    words, _, logits = read(model, "a frobnicator", "a zibblewick", langs=[Lang.EN, Lang.EN])
    felt = [SENTIMENTS[number] for number in model.sentiments(logits, words.langs).argmax(axis=1)]
    assert felt == ["negative", "positive"]
    bad, gift = model.named(logits, "problem:"), model.named(logits, "theme:")
    assert bad[0]["defective"] > 0.5 > bad[1]["defective"]
    assert gift[1]["gifts"] > 0.5 > gift[0]["gifts"]


def test_adapting_does_not_hang_on_order_or_chance():
    """Issue 3, item 10: the same corrections give the same bytes."""
    told = list(examples())
    assert adapt(load(), told).delta == adapt(load(), told[::-1]).delta


def test_a_delta_does_not_tell_in_which_order_words_were_written():
    """No text can be made again from what is kept: its words are sorted."""
    with np.load(io.BytesIO(adapt(load(), list(examples())).delta), allow_pickle=False) as kept:
        words = kept["words"].tolist()
    assert words == sorted(words)


def test_an_adapted_model_reads_other_texts_as_before():
    """Regularised towards the base: words that nobody corrected keep their weights."""
    model = Model.adapted(load(), adapt(load(), list(examples())).delta)
    _, _, before = read(load(), BAD)
    _, _, after = read(model, BAD)
    assert np.allclose(before[0, 3:], after[0, 3 : len(load().outputs)], atol=1e-4)
    assert abs(before[0, :3] - after[0, :3]).max() < 0.5


def test_nothing_to_learn_from():
    with pytest.raises(ValueError, match="no examples"):
        adapt(load(), [])
    with pytest.raises(ValueError, match="no examples"):
        adapt(load(), [Example(text=next(t for t in map(str, range(99)) if is_held(t)), sentiment="neutral")])


def test_a_delta_of_another_base_is_refused():
    made = adapt(load(), list(examples()))
    other = Model(
        engine="other-1",
        outputs=load().outputs,
        tables=load().tables,
        start=load().start,
        heat=load().heat,
    )
    with pytest.raises(ValueError, match="linear-7"):
        Model.adapted(other, made.delta)


def test_what_is_held_out_does_not_depend_on_how_it_is_typed():
    """No copy of a text may stand on both sides."""
    assert len({is_held(text) for text in ("Giao hàng CHẬM", "giao  hang cham", "Giao hàng chậm ")}) == 1
