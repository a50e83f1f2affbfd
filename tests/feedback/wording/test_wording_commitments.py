"""What a promise says will be done."""

from datetime import date
from decimal import Decimal

import pytest

from feedback.policy.decision import Decision, Remedy
from feedback.policy.remedies import ALTERNATIVES, Kind
from feedback.wording.commitments import of_remedy, says_nothing, to_carry_out
from feedback.wording.compose import PRIVATE, compose
from feedback.wording.lint import blocks, lint
from feedback.wording.phrases import ADDRESSES, LANGUAGES, phrases
from feedback.wording.recap import Promised

BY = date(2026, 12, 4)


@pytest.mark.parametrize(
    "what",
    [
        "", " … ", "42", "do what was agreed", "Do as agreed.", "we will take care of it", "sort it out asap",
        "what we had said before", "làm điều đã thống nhất", "Lam dieu da thong nhat",
        "xử lý khiếu nại cho chị",
        "làm việc đã hứa", "sẽ giải quyết sớm nhất có thể", "thực hiện như đã thỏa thuận", "ok",
    ],
)  # fmt: skip
def test_it_says_nothing(what):
    assert says_nothing(what)


@pytest.mark.parametrize(
    "what",
    [
        "call", "gọi lại", "replacement", "gửi ấm mới", "đổi cho chị Lan", "sửa lại", "refund",
        "fix the lamp",
        "do the work again", "hoàn 200.000 ₫", "answer after checking", "làm lại từ đầu", "退款",
    ],
)  # fmt: skip
def test_it_says_something(what):
    assert not says_nothing(what)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_of_our_own_say_what_will_be_done(language):
    for address in ADDRESSES:
        book = phrases(language, address)
        ours = [book.word("promise", slot) for slot in book.slots("promise")]
        ours += [
            book.word("words", slot) for slot in ("carry_out", "investigate", "check_dispute", "keep_promise")
        ]

        assert not [one for one in ours if says_nothing(one)]


def test_every_remedy_and_alternative_can_be_promised_in_both_languages():
    known = {slot.removesuffix("_amount") for slot in phrases("vi").slots("promise")}

    assert known == {str(kind) for kind in Kind} | ALTERNATIVES
    assert phrases("vi").slots("promise") == phrases("en").slots("promise")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "amount"),
    [(kind, None) for kind in Kind if kind != Kind.CREDIT] + [(kind, Decimal(200_000)) for kind in Kind],
)
def test_what_is_granted_passes_the_lint_in_its_recap(language, kind, amount):
    """S1-3, S1-9"""
    granted = Remedy(kind=kind, share=Decimal(1), amount=amount, currency="VND" if amount else None)
    decision = Decision(
        rule="own_fault", reason="own_fault", policy_version="1", remedies=(granted,), act_within=3
    )
    what = to_carry_out(decision, granted, phrases(language))
    promises = [Promised(what=what, who="Mai", by=BY)]
    given = {"audience": PRIVATE, "language": language, "promises": promises}

    text = compose(decision, problem="damaged", seed="x", **given)

    assert what in text
    assert not blocks(lint(text, decision=decision, **given))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(ALTERNATIVES))
def test_so_does_the_one_alternative(language, kind):
    """S1-10"""
    decision = Decision(
        rule="standard",
        reason="standard",
        policy_version="1",
        alternatives=(kind,),
        refusal=True,
        act_within=3,
    )
    promises = [Promised(what=to_carry_out(decision, None, phrases(language)), who="Mai", by=BY)]
    given = {"audience": PRIVATE, "language": language, "promises": promises}

    text = compose(decision, problem="change_of_mind", seed="x", **given)

    assert not blocks(lint(text, decision=decision, **given))


@pytest.mark.parametrize("is_made", [True, False])
def test_what_is_on_record_may_stand_whatever_is_decided_now(is_made):
    """S1-3: commitments are policy outcomes or recorded promises; one that is only typed is checked."""
    decision = Decision(
        rule="standard", reason="standard", policy_version="1", alternatives=("talk_it_over",), refusal=True,
        act_within=3,
    )  # fmt: skip
    what = of_remedy(Remedy(kind="refund", amount=Decimal(900_000), currency="VND"), phrases("vi"))
    promises = [Promised(what=what, who="Mai", by=BY, is_made=is_made)]
    given = {"audience": PRIVATE, "language": "vi", "promises": promises}
    text = compose(decision, problem="change_of_mind", seed="x", **given)

    assert blocks(lint(text, decision=decision, **given)) is not is_made


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_is_the_parcel_of_which_we_tell_where_it_is(address):
    """Not the customer: they know where they are."""
    said = phrases("vi", address).word("promise", "trace_parcel")

    assert said.endswith("gói hàng đang ở đâu")
