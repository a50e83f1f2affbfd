"""Which files of questions the builder could have made (issue "Ask", item 3 and "Bad input")."""

import copy
import itertools
import json
import random

import pytest

from surveys import drafts, editing
from surveys.definitions import BadDefinition
from surveys.questions import LANGUAGES, Kind
from tests.surveys.test_answers import EVERY_KIND

FORM_FIELDS = [
    *(f"{name}-{language}" for name in ("words", "help", "low", "high") for language in LANGUAGES),
    *(f"{name}-{line}-{part}" for name in ("choice", "row") for line in range(4)
      for part in ("words-vi", "words-en", "help-vi", "points", "picture")),
    "required", "meaning", "least", "most", "purpose", "asked_at_most", "match",
    *(f"test-{line}-value" for line in range(3)),
]  # fmt: skip
TYPED = [
    "",
    " ",
    "Tốt",
    "<script>",
    "{answer:q_1}",
    "{{ x }}",
    "7",
    "-3",
    "500.000",
    "1e999999999",
    "NaN",
    "٣",
]
TESTS = ["", "language:en", "question:q_1:answered:yes", "question:gone:is:a,b", "question:q_1:at_least",
         "fact:order_total:at_least", "fact:category:is_not", "fact:first_order:is:no"]  # fmt: skip
MEANINGS = ["", "problem", "wish", "recommendation"]


def typed(chance, name):
    """What the page of this question sends, honest in its lists and wild in its fields."""
    form = {name: chance.choice(TYPED) for name in FORM_FIELDS if chance.random() < 0.6}
    form |= {f"test-{line}": chance.choice([one for one in TESTS if name not in one]) for line in range(3)}
    return form | {"meaning": chance.choice(MEANINGS), "match": chance.choice(["all", "any"])}


def built(chance):
    """A definition after some presses in the builder."""
    made = editing.blank()
    for _press in range(chance.randint(1, 9)):
        made, name = editing.add(made, chance.choice(list(Kind)))
        question = editing.find(made, name)
        fields = chance.sample(["name", "email", "phone"], chance.randint(0, 3))
        made = editing.replace(
            made, name, editing.from_form(question, typed(chance, name), {"fields": fields})
        )
        made = chance.choice([lambda m, n: m, lambda m, n: editing.move(m, n, -1),
                              lambda m, n: editing.duplicate(m, n)])(made, name)  # fmt: skip
    return made


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_builder_made_is_taken_in(seed):
    made = built(random.Random(seed))

    drafts.check(json.loads(json.dumps({"format": 1, **made})))


def paths(found, at=()):
    """All places within JSON."""
    yield at
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in inner:
        yield from paths(value, (*at, key))


def put(found, at, value):
    made = {"whole": copy.deepcopy(found)}
    inner = made
    for key in ("whole", *at)[:-1]:
        inner = inner[key]
    inner[("whole", *at)[-1]] = value
    return made["whole"]


HALF = [
    {"title": {"vi": "", "en": ""}, "questions": [{**one, "words": {"vi": "", "en": ""}}]}
    for one in EVERY_KIND["questions"]
]
WRONG = [None, 1.5, True, 10**30, [[]], {"reward": 5}, {"vi": {"vi": "x"}}, ["\ud800"], "\ud800"]


@pytest.mark.parametrize("half", HALF, ids=lambda half: half["questions"][0]["kind"])
def test_another_type_anywhere_is_refused(half):
    """No value of another type gets past; and nothing but BadDefinition comes of it."""
    drafts.check(half)

    for at, value in itertools.product(paths(half), WRONG):
        if at[-1:] != ("required",) or not isinstance(value, bool):
            with pytest.raises(BadDefinition):
                drafts.check(put(half, at, value))


@pytest.mark.parametrize(
    "strange",
    [{"reward": 1}, {"ending": "x"}, {"kind": "telepathy"}, {"id": "A"}, {"show_if": {"match": "all"}}],
    ids=repr,
)
def test_what_the_builder_does_not_know_is_refused(strange):
    """L1: a reward that hangs on an answer has no place to hide, in a draft as little as in what is asked."""
    with pytest.raises(BadDefinition):
        drafts.check({"questions": [{"id": "a", "kind": "yes_no", "words": {"vi": "", "en": ""}} | strange]})
