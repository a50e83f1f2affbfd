"""The list of complaints, and one with words, facts, decision and what to do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import cases, follow_ups, journal, messages, satisfaction, shop
from feedback.models import Case, Decision, Event, FactCorrection, Message, OwnDay, Promise
from tests.factories import NOW, a_shop, case, comment, customer, order, read_comment, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop()
    client.cookies["django_language"] = "en"


@pytest.fixture
def mai(client):
    someone = user("staff", "Mai")
    client.force_login(someone)
    return someone


@pytest.fixture
def broken_pot():
    """Lan's teapot came broken; decided by the policy."""
    lan = customer("Lan")
    about = read_comment(
        "Ấm bị vỡ khi mở hộp.",
        reading={"problem": "damaged", "fault": "ours"},
        channel="form",
        customer=lan,
        order=order(lan),
    )
    made = case(about, wish="Đổi cho tôi cái khác.")
    cases.decide_many([about], NOW, cases={about.pk: made})
    return made


def page_of(client, made):
    return client.get(f"/cases/{made.public_id}/")


def test_it_shows_words_wish_facts_decision_and_message(client, mai, broken_pot):
    """S2-7: lifetime value in money; S4-6: the wish in the customer's own words."""
    page = page_of(client, broken_pot).content.decode()

    assert "Ấm bị vỡ khi mở hộp." in page
    assert "Đổi cho tôi cái khác." in page
    assert "₫500,000" in page
    assert "from the text" in page
    assert "Lan" in page.split('id="message-text"')[1]


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Confirm the problem before you grant anything."),
        ("vi", "Hãy xác nhận vấn đề trước khi cho gì."),
    ],
)
def test_it_says_that_a_right_by_law_waits_for_the_problem(client, mai, language, says):
    """Decision 2: on the page, and where somebody tries to grant it."""
    lan = customer("Lan")
    about = read_comment(
        "Giao nhầm ấm khác.",
        reading={"problem": "wrong_item", "fault": "unknown"}, channel="form", customer=lan, order=order(lan),
    )  # fmt: skip
    made = case(about)
    cases.decide_many([about], NOW, cases={about.pk: made})
    client.cookies["django_language"] = language

    before = page_of(client, made).content.decode()
    cases.correct_fact(about, "problem", "wrong_item", reason="The photo shows it.", by=mai)
    after = page_of(client, made).content.decode()

    assert says in before
    assert says not in after


def test_it_says_which_expectations_were_missed(client, mai):
    """S1-1"""
    late = read_comment("Giao trễ mười ngày.", reading={"expectations": ["accuracy_speed", "trust"]})

    page = page_of(client, case(late)).content.decode()

    assert "the right thing, in good time · to be able to rely on us" in page


def test_the_message_speaks_the_customers_language(client, mai, broken_pot):
    assert page_of(client, broken_pot).context["message"]["language"] == "vi"


def test_it_says_how_many_others_had_it(client, mai):
    """S4-5: the concern of one is the silence of many."""
    now = timezone.now()
    told = [
        read_comment(themes=[("damaged", "negative"), ("courier", "negative")], said_at=now, channel="form"),
        read_comment(themes=[("damaged", "negative")], said_at=now - timedelta(days=29)),
        read_comment(themes=[("damaged", "negative")], said_at=now - timedelta(days=31)),
    ]

    others = page_of(client, case(told[0])).context["others"]

    assert [(theme["slug"], theme["n"]) for theme in others] == [("damaged", 2)]


def test_a_case_not_read_yet_says_so(client, mai):
    made = case(comment("Chưa ai đọc.", channel="form"))

    answer = page_of(client, made)

    assert answer.status_code == 200
    assert "being read" in answer.content.decode()


def test_a_case_without_words_still_stands(client, mai):
    about = read_comment("", reading={"problem": "none", "fault": "none"}, channel="survey")
    made = case(about)
    cases.decide_many([about], NOW, cases={about.pk: made})

    assert "(no words)" in page_of(client, made).content.decode()


def test_it_escapes_the_customers_words(client, mai):
    made = case(read_comment("<img src=x onerror=alert(1)>", channel="form"), wish="<b>now</b>")

    page = page_of(client, made).content.decode()

    assert "<img" not in page
    assert "<b>now" not in page


def test_a_corrected_fact_decides_again(client, mai, broken_pot):
    client.post(
        f"/cases/{broken_pot.public_id}/facts/",
        {"name": "problem", "value": "late", "reason": "The pot is whole; it came late."},
    )

    current = Decision.objects.get(comment=broken_pot.comment, is_current=True)
    assert current.facts["problem"] == "late"
    assert current.sources["problem"] == "person"
    assert "The pot is whole" in page_of(client, broken_pot).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"name": "problem", "value": "late", "reason": ""},
        {"name": "problem", "value": "aliens", "reason": "so"},
        {"name": "fault", "value": "ours", "reason": "x" * 301},
    ],
)
def test_a_fact_needs_a_value_and_a_reason(client, mai, broken_pot, given):
    answer = client.post(f"/cases/{broken_pot.public_id}/facts/", given)

    assert answer.status_code == 400
    assert answer.context["refused"].errors
    assert not FactCorrection.objects.exists()


@pytest.mark.parametrize("name", ["lifetime_value", "standing", "leverage", "", "\x00"])
def test_what_a_person_may_not_set_stays(client, mai, broken_pot, name):
    client.post(f"/cases/{broken_pot.public_id}/facts/", {"name": name, "value": "1", "reason": "so"})

    assert not FactCorrection.objects.exists()


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        (["waiting"], "waiting"),
        (["waiting", "open"], "open"),
        (["resolved"], "resolved"),
        (["resolved", "closed"], "closed"),
        (["closed", "open"], "open"),
    ],
)
def test_it_moves(client, mai, broken_pot, steps, state):
    for step in steps:
        client.post(
            f"/cases/{broken_pot.public_id}/state/",
            {"to": step, "first_time": "yes", "cause_removed": "Packed better", "closed_why": "withdrawn"},
        )

    broken_pot.refresh_from_db()
    assert broken_pot.state == state
    assert Event.objects.filter(subject=f"feedback.case:{broken_pot.pk}", by=mai).count() == len(steps)


@pytest.mark.parametrize(("answer", "stored"), [("yes", True), ("no", False)])
def test_it_keeps_whether_it_was_solved_the_first_time(client, mai, broken_pot, answer, stored):
    """S0-1."""
    client.post(
        f"/cases/{broken_pot.public_id}/state/",
        {"to": "resolved", "first_time": answer, "cause_removed": "Packed better"},
    )

    broken_pot.refresh_from_db()
    assert broken_pot.resolved_first_time is stored


def test_solved_asks_whether_the_first_time(client, mai, broken_pot):
    client.post(f"/cases/{broken_pot.public_id}/state/", {"to": "resolved"})

    broken_pot.refresh_from_db()
    assert broken_pot.state == Case.State.OPEN


def test_the_second_of_two_people_is_told(client, mai, broken_pot):
    cases.close(broken_pot, by=mai, why="withdrawn")

    answer = client.post(f"/cases/{broken_pot.public_id}/state/", {"to": "waiting"}, follow=True)

    assert "Somebody else" in answer.content.decode()


@pytest.mark.parametrize("role", ["advocate", "administrator"])
def test_who_may_read_may_not_act(client, broken_pot, role):
    client.force_login(user(role))

    page = page_of(client, broken_pot)

    assert page.status_code == 200
    assert "/state/" not in page.content.decode()
    assert client.post(f"/cases/{broken_pot.public_id}/state/", {"to": "closed"}).status_code == 403


def test_the_list_begins_with_safety_then_what_is_due(client, mai):
    day = timezone.now().date()
    later = case(due_on=day + timedelta(days=5))
    sooner = case(due_on=day)
    safety = case(route="safety", due_on=day + timedelta(days=9))
    case(state="closed", closed_at=NOW)

    assert list(client.get("/cases/").context["page"]) == [safety, sooner, later]


def test_an_empty_list_says_what_will_be_here(client, mai):
    page = client.get("/cases/", headers={"accept-language": "en"}).content.decode()

    assert "No case here" in page
    assert "filters cannot be used" not in page


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"state": "all"}, 3),
        ({"state": "closed"}, 1),
        ({"route": "safety"}, 1),
        ({"problem": "damaged"}, 1),
        ({"due": "1"}, 1),
    ],
)
def test_the_list_filters(client, mai, broken_pot, filters, found):
    case(route="safety", due_on=NOW.date() - timedelta(days=400))
    case(state="closed", closed_at=NOW)

    assert client.get("/cases/", filters).context["page"].paginator.count == found


@pytest.mark.parametrize("filters", [{"state": "lost"}, {"route": "\x00"}, {"problem": "aliens"}])
def test_a_filter_that_cannot_be_is_named(client, mai, filters):
    assert client.get("/cases/", filters).status_code == 400


@pytest.mark.parametrize("public_id", ["nothing-here", "x" * 300])
def test_an_unknown_case_is_not_found(client, mai, public_id):
    assert client.get(f"/cases/{public_id}/").status_code == 404


def test_its_queries_do_not_grow(client, mai, django_assert_max_num_queries):
    for _ in range(30):
        case(read_comment(customer=customer(), channel="form"))

    with django_assert_max_num_queries(11):
        client.get("/cases/")


@pytest.fixture
def told(broken_pot):
    """The fault is confirmed, so that something can be granted."""
    cases.correct_fact(broken_pot.comment, "fault", "ours", reason="The photo shows it.", by=user())
    return broken_pot


def message_form(page, **changes):
    """What a browser would send from the message's form."""
    form = page.context["message"]["form"]
    fields = {form.add_prefix(name): form[name].value() for name in form.fields}
    sent = {name: "" if value is None else value for name, value in fields.items()}
    message = page.context["message"]
    given = {"text": message["text"], "edition": message["edition"], "decision": page.context["decision"].pk}
    return sent | given | changes


def test_a_message_is_approved_with_its_promise_and_its_grant(client, mai, told):
    page = page_of(client, told)

    answer = client.post(f"/cases/{told.public_id}/message/again/", message_form(page, remedy="refund"))
    page = page_of(client, told)
    answer = client.post(f"/cases/{told.public_id}/message/approve/", message_form(page, by_mail="mail"))

    assert answer.status_code == 302, answer.context["message"]["problem"]
    assert [(one.remedy, one.refund) for one in told.concessions.all()] == [("refund", 500_000)]
    shown = page_of(client, told).content.decode()
    assert "Promised and given" in shown
    assert "Handed to the mail" in shown


def test_what_blocks_is_named_and_what_was_typed_is_kept(client, mai, told):
    page = page_of(client, told)

    answer = client.post(
        f"/cases/{told.public_id}/message/approve/", message_form(page, text="Chào chị, bên em xin lỗi ạ.")
    )

    body = answer.content.decode()
    assert answer.status_code == 422
    assert "Chào chị, bên em xin lỗi ạ." in body
    assert "End with who does what by when, as promised." in body


@pytest.mark.parametrize(
    ("days", "says"),
    [
        (-1, "This day is over"),
        (-4000, "This day is over"),
        (9, "The next working day is"),
        (70_000, None),
        (26_000, "Nobody can promise that far ahead"),
        (45, "For a later day say why below"),
    ],
)
def test_a_promise_for_yesterday_or_for_a_holiday_is_refused(client, mai, told, days, says):
    """S0-6: beside its field, in the reader's language; the words that were typed stay."""
    day = timezone.localdate() + timedelta(days=days)
    if days == 9:
        OwnDay.objects.create(day=day, is_open=False)
        shop.forget()
    page = page_of(client, told)
    sent = message_form(page, text="Chào chị Lan.", **{"what-1": "call", "by-1": day.isoformat()})

    for act in ("", "again/", "approve/"):
        answer = client.post(f"/cases/{told.public_id}/message/{act}", sent)

        body = answer.content.decode()
        assert answer.status_code in (400, 422)
        assert says is None or says in body
        assert "Chào chị Lan." in body
    assert not Promise.objects.exists()


def test_a_promise_whose_day_went_by_meanwhile_is_not_made(client, mai, told):
    """Drafted before, approved too late."""
    page = page_of(client, told)
    client.post(f"/cases/{told.public_id}/message/again/", message_form(page))
    message = Message.objects.get()
    message.promises[0]["by"] = "2026-01-05"
    message.save()

    with pytest.raises(messages.NotAllowed) as refused:
        messages.approve(message, by=mai, edition=message.edition, by_mail=False)

    assert "This day is over" in str(refused.value.why)
    assert not Promise.objects.exists()


def test_a_second_editor_is_told_and_loses_nothing(client, mai, told):
    """C5"""
    page = page_of(client, told)
    client.post(f"/cases/{told.public_id}/message/", message_form(page, text="Lời thứ nhất"))

    answer = client.post(f"/cases/{told.public_id}/message/", message_form(page, text="Lời thứ hai"))

    assert answer.status_code == 409
    assert "Lời thứ nhất" in answer.content.decode()
    assert "Lời thứ hai" in answer.content.decode()


@pytest.mark.parametrize(
    "bad",
    [
        {"edition": "x"},
        {"decision": "9" * 40},
        {"by-1": "never"},
        {"refund": "lots"},
        {"refund": "-5"},
        {"refund": "0.5"},
        {"who-1": "999999"},
        {"remedy": "the moon"},
        {"text": "x" * 20_001},
        {"what-3": "A promise without a day"},
    ],
)
@pytest.mark.parametrize("button", ["", "again/", "approve/"])
def test_a_wrong_message_form_is_refused_and_kept(client, mai, told, bad, button):
    page = page_of(client, told)

    answer = client.post(f"/cases/{told.public_id}/message/{button}", message_form(page, **bad))

    assert answer.status_code in (400, 409)
    assert not told.messages.exists()


@pytest.mark.parametrize("length", [10_001, 100_000])
@pytest.mark.parametrize("button", ["", "approve/"])
def test_a_message_that_is_too_long_is_given_back_whole(client, mai, told, button, length):
    """100 kB: not a word is lost."""
    text = ("Kính gửi chị, bên em xin lỗi. " * 4000)[: length - 1] + "x"

    answer = client.post(
        f"/cases/{told.public_id}/message/{button}", message_form(page_of(client, told), text=text)
    )

    assert answer.status_code in (400, 403)
    assert f"\n{text}</textarea>" in answer.content.decode()
    assert not told.messages.exists()


def test_a_message_that_is_too_long_does_not_go_over_somebody_elses(client, mai, told):
    """C5"""
    page = page_of(client, told)
    client.post(f"/cases/{told.public_id}/message/", message_form(page, text="Lời thứ nhất"))
    text = "Lời thứ hai. " * 8000

    answer = client.post(f"/cases/{told.public_id}/message/", message_form(page, text=text))

    assert answer.status_code == 409
    assert "Lời thứ nhất" in answer.content.decode()
    assert text in answer.content.decode()


def test_a_message_sent_by_hand_says_how(client, mai, told):
    page = page_of(client, told)
    client.post(f"/cases/{told.public_id}/message/approve/", message_form(page, by_mail="hand"))
    row = told.messages.get()
    assert client.post(f"/cases/{told.public_id}/message/sent/", {"message": row.pk}).status_code == 400

    client.post(f"/cases/{told.public_id}/message/sent/", {"message": row.pk, "channel": "zalo"})

    assert "Sent by hand (Zalo)" in page_of(client, told).content.decode()


def test_the_lint_answers_while_one_types(client, mai, told):
    page = page_of(client, told)
    form = message_form(page, text="Cam kết 100%", **{"by-1": "never"})

    answer = client.post(f"/cases/{told.public_id}/message/lint/", form)

    assert answer.status_code == 200
    assert "This promises more than anyone can keep." in answer.content.decode()


def test_an_approver_decides_otherwise(client, told):
    client.force_login(user("approver", "Mai"))
    decision = page_of(client, told).context["decision"]
    url = f"/cases/{told.public_id}/override/"
    given = {
        "decision": decision.pk,
        "remedy": "credit",
        "amount": "50000",
        "cost": "50000",
        "reason": "Kind",
    }

    refused = client.post(url, given | {"reason": ""})
    client.post(url, given)

    assert refused.status_code == 400
    body = page_of(client, told).content.decode()
    assert "decided otherwise than the policy" in body
    assert "Kind" in body


def test_the_front_line_solves_what_needs_no_approver_and_says_what_was_done(client, told):
    """S2-9"""
    client.force_login(user("front_line", "Thu"))
    url = f"/cases/{told.public_id}/state/"

    without = client.post(url, {"to": "resolved", "first_time": "yes"})
    client.post(url, {"to": "closed"})
    told.refresh_from_db()
    assert (without.status_code, told.state) == (400, "open")

    client.post(url, {"to": "resolved", "first_time": "yes", "cause_removed": "New foam for teapots"})
    told.refresh_from_db()
    assert (told.state, told.cause_removed) == ("resolved", "New foam for teapots")


def test_the_front_line_leaves_the_rest_to_staff(client, broken_pot):
    Decision.objects.update(needs_approver=True)
    client.force_login(user("front_line", "Thu"))

    client.post(
        f"/cases/{broken_pot.public_id}/state/", {"to": "resolved", "first_time": "yes", "cause_removed": "x"}
    )

    broken_pot.refresh_from_db()
    assert broken_pot.state == "open"


@pytest.mark.parametrize("why", ["", "because", None])
def test_what_nobody_solved_is_closed_with_a_reason(client, mai, broken_pot, why):
    """S1-7: one click ends no complaint that is not answered. The message stands beside the field."""
    url = f"/cases/{broken_pot.public_id}/state/"
    refused = client.post(url, {"to": "closed"} | ({} if why is None else {"closed_why": why}))
    broken_pot.refresh_from_db()
    assert (refused.status_code, broken_pot.state) == (400, "open")
    assert refused.context["moving"].errors.keys() == {"closed_why"}
    assert 'aria-describedby="id_closed_why_error"' in refused.content.decode()

    page = client.post(url, {"to": "closed", "closed_why": "told_before"}, follow=True)

    broken_pot.refresh_from_db()
    assert broken_pot.state == "closed"
    assert Event.objects.get(verb="case closed").data == {"why": "told_before"}
    assert str(Case.ClosedWhy.TOLD_BEFORE.label) in [one["reason"] for one in page.context["history"]]
    asking = f"/cases/{broken_pot.public_id}/satisfied/ask/"
    assert asking not in page.content.decode()
    client.post(asking)
    broken_pot.refresh_from_db()
    assert broken_pot.satisfaction_asked_at is None


def test_what_was_open_again_is_not_closed_by_an_old_page(mai, broken_pot):
    cases.resolve(broken_pot, by=mai, first_time=True)
    cases.reopen(Case.objects.get(pk=broken_pot.pk), by=mai)

    with pytest.raises(cases.Stale):
        cases.close(broken_pot, by=mai)


def test_after_a_no_it_was_not_solved_the_first_time(client, mai, broken_pot):
    """S0-1: refused on the server, and not to be chosen on the page."""
    url = f"/cases/{broken_pot.public_id}/"
    assert (
        "disabled"
        not in client.get(url).content.decode().split('name="first_time" value="yes"')[1].split(">")[0]
    )
    cases.resolve(broken_pot, by=mai, first_time=True)
    satisfaction.note(broken_pot, satisfied=False, now=timezone.now(), by=mai)

    assert (
        "disabled" in client.get(url).content.decode().split('name="first_time" value="yes"')[1].split(">")[0]
    )
    given = {"to": "resolved", "first_time": "yes", "cause_removed": "Packed better"}
    refused = client.post(f"{url}state/", given)
    broken_pot.refresh_from_db()
    assert (refused.status_code, broken_pot.state) == (400, "open")
    assert refused.context["moving"].errors.keys() == {"first_time"}
    assert 'value="Packed better"' in refused.content.decode()

    client.post(f"{url}state/", given | {"first_time": "no"})
    broken_pot.refresh_from_db()
    assert broken_pot.resolved_first_time is False


@pytest.mark.parametrize("is_thanks", [True, False])
def test_thanks_do_not_count_as_telling_us_again(mai, broken_pot, is_thanks):
    cases.wait(broken_pot, by=mai)
    with journal.recording():
        follow_ups.add_words(
            broken_pot, comment("…", customer=broken_pot.customer), now=NOW, is_thanks=is_thanks
        )

    assert follow_ups.is_told_again(broken_pot) is not is_thanks


def taken(client, made, **given):
    return client.post(f"/cases/{made.public_id}/take/", given, follow=True)


def test_whoever_presses_take_looks_after_it(client):
    """One press by the front line; a second one changes nothing, and the list is where they come back to."""
    hoa = user("front_line", "Hoa")
    client.force_login(hoa)
    made = case()
    assert "Take this case" in page_of(client, made).content.decode()

    first, second = taken(client, made), taken(client, made, next="/cases/?owner=0")

    made.refresh_from_db()
    assert made.owner == hoa
    assert "You look after it now." in first.content.decode()
    assert second.redirect_chain[0][0] == "/cases/?owner=0"
    assert "Take this case" not in page_of(client, made).content.decode()
    assert Event.objects.filter(verb="case taken").count() == 1


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "Bảo was faster, and looks after it."), ("vi", "Bảo đã nhanh tay hơn và đang lo vụ này.")],
)
def test_whoever_comes_second_is_told_who_has_it(client, mai, language, says):
    bao = user("staff", "Bảo")
    made = case(owner=bao)
    client.cookies["django_language"] = language

    answer = taken(client, made)

    made.refresh_from_db()
    assert made.owner == bao
    assert says in answer.content.decode()


def test_what_has_ended_is_not_taken(client, mai):
    made = case(state="closed", closed_at=NOW)

    answer = taken(client, made, next="https://elsewhere.example/")

    assert "This case has ended." in answer.content.decode()
    assert answer.redirect_chain == [(f"/cases/{made.public_id}/", 302)]


@pytest.mark.parametrize("address", ["/cases/", "/cases/?owner=0", "/day/", "/board/"])
def test_a_list_offers_what_is_nobodys(client, mai, address):
    yesterday = timezone.localdate() - timedelta(days=1)
    free, hers = case(due_on=yesterday), case(due_on=yesterday, owner=user("staff", "Bảo"))

    page = client.get(address).content.decode()

    assert page.count(f'formaction="/cases/{free.public_id}/take/"') == 1
    assert f"/cases/{hers.public_id}/take/" not in page
    assert page.count('<form method="post" id="take">') == 1


@pytest.mark.parametrize("address", ["/cases/", "/board/", "/cases/{}/"])
def test_who_only_reads_is_offered_nothing_to_take(client, address):
    """S2-8"""
    client.force_login(user("advocate", "An"))
    made = case(due_on=timezone.localdate() - timedelta(days=1))

    assert "/take/" not in client.get(address.format(made.public_id)).content.decode()


def test_whoever_calls_finds_the_number_on_the_case(client, mai):
    made = case(customer=customer("Lan", email="lan@example.com", phone="+84901234567"))

    page = page_of(client, made).content.decode()

    assert 'href="tel:+84901234567"' in page
    assert "lan@example.com" in page


@pytest.mark.parametrize("role", ["advocate", "administrator"])
def test_who_calls_nobody_is_shown_no_number(client, role):
    client.force_login(user(role, "An"))
    made = case(customer=customer("Lan", email="lan@example.com", phone="+84901234567"))

    page = page_of(client, made).content.decode()

    assert "+84901234567" not in page
    assert "lan@example.com" not in page


def test_of_somebody_erased_no_number_is_shown(client, mai):
    """Even where a row was left by something that went wrong."""
    gone = customer("Lan", email="lan@example.com", phone="+84901234567", erased_at=NOW)

    page = page_of(client, case(customer=gone)).content.decode()

    assert "+84901234567" not in page
    assert "lan@example.com" not in page


@pytest.mark.parametrize(("language", "says"), [("en", "with Bảo"), ("vi", "do Bảo lo")])
@pytest.mark.parametrize("address", ["/cases/", "/board/"])
def test_a_list_says_who_is_the_customer_and_who_looks_after_it(client, mai, address, language, says):
    client.cookies["django_language"] = language
    yesterday = timezone.localdate() - timedelta(days=1)
    case(customer=customer("Lan"), due_on=yesterday, owner=user("staff", "Bảo"))

    assert f'<span class="note">{says}</span>' in client.get(address).content.decode()
