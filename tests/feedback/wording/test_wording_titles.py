"""A title at the start of a name is said once, as it was typed (S1-9)."""

import pytest

from feedback.policy.decide import decide
from feedback.policy.facts import Facts
from feedback.policy.terms import Terms
from feedback.wording.compose import compose, plain_name
from feedback.wording.lint import codes_of, lint
from feedback.wording.titles import CALLED, greeted, split

TERMS = Terms.shipped()


@pytest.mark.parametrize(
    ("typed", "plain", "called"),
    [
        ("Chị Hoa", "Hoa", "chị"),
        ("chi Hoa", "Hoa", "chị"),
        ("CHỊ HOA", "HOA", "chị"),
        ("Anh Nguyễn Văn Nam", "Nguyễn Văn Nam", "anh"),
        ("Cô Ba", "Ba", "cô"),
        ("co Lan", "Lan", "cô"),
        ("Chú Năm", "Năm", "chú"),
        ("Bác Tư", "Tư", "bác"),
        ("Ông Hùng", "Hùng", "ông"),
        ("ong Nguyen Van Hung", "Nguyen Van Hung", "ông"),
        ("Bà  Tư", "Tư", "bà"),
        ("Bạn Minh", "Minh", "bạn"),
        ("em Lan", "Lan", "bạn"),
        ("Quý khách Hoa", "Hoa", "quý khách"),
        ("anh/chị Hoa", "Hoa", ""),
        ("Mr. Nam", "Nam", "anh"),
        ("Ms Hoa Lê", "Hoa Lê", "chị"),
        ("Mrs Jane Smith", "Jane Smith", "chị"),
        ("Chị", "", "chị"),
    ],
)
def test_it_knows_a_title(typed, plain, called):
    assert split(typed)[:2] == (plain, called)


@pytest.mark.parametrize(
    "typed",
    ["Lan", "Anh", "Chi", "Anh Thư", "Anh Đào", "Anh Nguyen", "Chi Phạm", "Chu Văn An", "Chu Van An", ""],
)
def test_it_takes_no_name_for_a_title(typed):
    assert split(typed) == (typed, "", "")


@pytest.mark.parametrize(
    ("typed", "language", "said"),
    [("Mr. Nam", "en", "Mr Nam"), ("Chị Hoa", "en", "Hoa"), ("Mr. Nam", "vi", "Nam"), ("Lan", "en", "Lan")],
)
def test_english_keeps_its_own_titles(typed, language, said):
    assert greeted(typed, language) == said


@pytest.mark.parametrize("seed", ["1", "2", "3", "4", "5"])
def test_nobody_is_greeted_twice(seed):
    decision = decide(Facts.from_dict({"problem": "damaged", "fault": "ours", "fault_from": "record"}), TERMS)

    text = compose(
        decision, audience="private", language="vi", problem="damaged", seed=seed, name="Chị Hoa"
    )  # fmt: skip

    assert "chị Hoa," in text.splitlines()[0]
    assert "anh/chị" not in text.lower()
    assert not codes_of(lint(text, audience="private", language="vi", decision=decision, name="Chị Hoa"))


@pytest.mark.parametrize("called", sorted(CALLED))
def test_every_word_for_them_passes_the_lint(called):
    decision = decide(Facts.from_dict({"problem": "late", "fault": "ours", "fault_from": "record"}), TERMS)

    text = compose(decision, audience="private", language="vi", problem="late", seed="1", address=called)

    assert "anh/chị" not in text.lower()
    assert not codes_of(lint(text, audience="private", language="vi", decision=decision))


def test_what_they_asked_to_be_called_wins():
    decision = decide(Facts.from_dict({"problem": "late"}), TERMS)
    given = {"audience": "private", "language": "vi", "problem": "late", "seed": "1", "name": "Chị Hoa"}

    assert "quý khách Hoa," in compose(decision, address="quý khách", **given).splitlines()[0]


def test_the_public_reply_knows_nothing_of_it():
    decision = decide(Facts.from_dict({"problem": "late"}), TERMS)
    given = {"audience": "public", "language": "vi", "problem": "late", "seed": "1"}

    assert compose(decision, name="Chị Hoa", **given) == compose(decision, **given)


def test_a_title_is_no_name_that_must_be_said():
    assert plain_name("Chị") == ""
