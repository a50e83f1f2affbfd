import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.text import problems
from feedback.text.expectations import OF_PROBLEM, OF_THEME, ORDER, expectations
from feedback.text.reader import read
from feedback.text.reading import Mention, Sentiment
from feedback.text.themes import names

COMPLAINTS = [
    ("It came ten days late and I missed the party", {"accuracy_speed"}),
    ("Nobody told me about the delay, I had to call four times", {"attention"}),
    ("They promised me a refund and never paid it, I can't trust them", {"trust"}),
    ("The agent refused to listen and blamed me", {"understanding"}),
    ("Giao trễ mười ngày, lỡ cả tiệc", {"accuracy_speed"}),
    ("Không ai báo gì, mình phải tự gọi hỏi mấy lần", {"attention"}),
    ("Shop hứa đổi hàng lỗi rồi nuốt lời, mất niềm tin", {"trust"}),
    ("Nhân viên không chịu lắng nghe, còn đổ lỗi cho khách", {"understanding"}),
]


@pytest.mark.parametrize(("text", "missed"), COMPLAINTS)
def test_it_hears_which_expectation_was_missed(text, missed):
    """S1-1"""
    assert missed <= set(read(text).expectations)


def test_it_covers_every_problem_and_every_theme_of_the_shop():
    """S1-1"""
    assert set(OF_PROBLEM) == {*problems.ORDER, "safety"}
    assert set(OF_THEME) == set(names()) - {"general", "other"}


@given(
    st.sampled_from([*OF_PROBLEM, "other", "none"]),
    st.sets(st.sampled_from([f"sign_no_{name}" for name in ORDER])),
    st.lists(
        st.builds(
            Mention,
            theme=st.sampled_from(["packaging", "general", "gifts"]),
            polarity=st.sampled_from(Sentiment),
            words=st.just(()),
        )
    ),
)
def test_every_complaint_gets_at_least_one_in_a_fixed_order(problem, signs, mentions):
    """S1-1: also one about a theme that the shop made."""
    missed = expectations(problem, signs, mentions)

    assert missed
    assert list(missed) == [name for name in ORDER if name in missed]


def test_praise_misses_nothing():
    assert read("Lovely shop, fast delivery").expectations == ()
