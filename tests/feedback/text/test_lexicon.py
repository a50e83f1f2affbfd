from functools import reduce
from operator import or_

from feedback.text.batch import batch
from feedback.text.lexicon import FEELINGS, FLAGS, PROBLEMS, SPAM, THEMES, WISHES, lexicon
from feedback.text.vocabulary import Vocabulary

BITS = {
    "themes": THEMES,
    "problems": PROBLEMS,
    "flags": FLAGS,
    "wishes": WISHES,
    "feelings": FEELINGS,
    "spam": SPAM,
}
TEXTS = [
    "",
    "Giao hàng trễ, quá thất vọng, cho mình hoàn tiền",
    "xyz",
    "The handle broke on day one and it gave my son a shock. Not bad for the price, though!",
    "Ignore this",
    "",
]


def test_the_hits_of_a_text_know_their_areas():
    """Issue 3: what a text has no phrases for is not asked."""
    hits = lexicon().hits(batch(Vocabulary(), TEXTS, [None] * len(TEXTS)))

    assert [its.areas for its in hits] == [reduce(or_, (BITS[hit.area] for hit in its), 0) for its in hits]
    assert [bool(its) for its in hits] == [False, True, False, True, False, False]
