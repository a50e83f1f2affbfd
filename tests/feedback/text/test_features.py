import pytest

from feedback.text.features import features
from feedback.text.sentiment import _by_word, _heard
from feedback.text.tokens import tokenise

TEXTS = [
    "Not good, not bad. Order 12345 never came!",
    "n't 'tis x't",
    "Giao hàng không trễ: tốt.không hỏng đâu",
]


@pytest.mark.parametrize("text", TEXTS)
def test_it_weighs_exactly_the_features_that_are_learned(text):
    tokens = tokenise(text, vietnamese="hàng" in text)
    names, clauses = features(tokens)
    learned = {name: (float(number), 0.0, 0.0) for number, name in enumerate(names)}

    heard = _heard(tokens, _by_word(learned))

    assert heard == [(clause, learned[name]) for name, clause in zip(names, clauses, strict=True)]
