"""Numbers of stretches by their hashes."""

import numpy as np

from feedback.text import batch, known, reader, vocabulary


def test_a_full_vocabulary_takes_one_more_batch_of_new_letters_and_looking_up_ends():
    """A batch is looked at whole, however many new stretches it brings; else the reading job would hang."""
    most = vocabulary.MOST + (reader.LETTERS_AT_ONCE + batch.LONGEST) // 2
    assert most < 0.75 * (1 << known.SLOTS_BITS)


def test_what_was_added_is_found_and_nothing_else():
    keys = np.random.default_rng(7).integers(1, 1 << 63, 5_000, dtype=np.uint64)
    kept = known.Known()
    for number, key in enumerate(keys[:2_500]):
        kept.add(key, number)
    assert kept.find(keys[:2_500]).tolist() == list(range(2_500))
    assert set(kept.find(keys[2_500:]).tolist()) == {-1}
