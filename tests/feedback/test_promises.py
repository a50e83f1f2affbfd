"""S0-6: what was promised is asked about on the working day after, and ends with an answer alone."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from feedback import cases, handling, messages, promises
from feedback.message_plans import Plan, Planned
from feedback.models import Case, Comment, Decision, Event, OutgoingMail, OwnDay, Promise, Touchpoint
from feedback.reports import promises as report
from feedback.roles import Role
from tests import factories
from tests.factories import NOW, a_shop, user

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY = date(2026, 12, 1), date(2026, 12, 2)
LATER = datetime(2026, 12, 2, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def bao():
    return user(Role.STAFF, "Bảo")


@pytest.fixture
def wednesday():
    """The time of the test, to be moved."""
    with time_machine.travel(datetime(2026, 11, 30, 3, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def owed(bao, wednesday):
    """`owed(by_when)`: what Bảo promised Lan in an approved message."""

    def promise(by_when=TUESDAY, **customer):
        lan = factories.customer("Lan", language="vi", **customer)
        about = factories.read_comment(
            "Ấm bị vỡ khi mở hộp.",
            reading={"problem": "damaged", "fault": "ours"},
            channel="form",
            customer=lan,
            order=factories.order(lan),
        )
        case = factories.case(about, decided_at=NOW)
        cases.decide_many([about], NOW, cases={about.pk: case})
        cases.correct_fact(about, "fault", "ours", reason="The photo shows it.", by=user())
        decision = Decision.objects.select_related("policy").get(comment=about, is_current=True)
        plan = Plan(promises=(Planned(what="gửi lại ấm mới", who=bao.pk, by=by_when, why="Theo lịch lò."),))
        written = messages.compose_again(case, decision, plan, by=bao, edition=0)
        messages.approve(written, by=user(Role.APPROVER), edition=written.edition, by_mail=False)
        return case.promises.get()

    return promise


@pytest.mark.parametrize(
    ("by_when", "asked_on"),
    [
        (TUESDAY, WEDNESDAY),
        (date(2026, 12, 4), date(2026, 12, 7)),  # Friday: Monday
        (date(2026, 12, 31), date(2027, 1, 4)),  # New Year's Day, a Friday
        (date(2027, 2, 3), date(2027, 2, 11)),  # the day before Tết's holidays
    ],
)
def test_it_is_asked_about_on_the_next_working_day(owed, by_when, asked_on):
    assert owed(by_when).call_back_on == asked_on


def test_the_shops_own_closed_days_count(owed):
    OwnDay.objects.create(day=WEDNESDAY, is_open=False)
    from feedback import shop

    shop.forget()

    assert owed().call_back_on == date(2026, 12, 3)


def test_the_database_refuses_a_question_before_the_day(owed):
    promise = owed()

    with pytest.raises(IntegrityError), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).update(call_back_on=TUESDAY)


def test_from_tuesday_to_wednesday(owed, bao, client):
    """The story of S0-6: promised for Tuesday, asked on Wednesday, and it was there."""
    promise = owed()

    with time_machine.travel(datetime(2026, 12, 1, 3, tzinfo=UTC)):
        assert not promises.to_ask(TUESDAY)
        client.force_login(bao)
        assert "1 việc bạn đã hứa" in client.get("/").content.decode()
    with time_machine.travel(datetime(2026, 12, 2, 3, tzinfo=UTC)):
        client.force_login(bao)
        assert "1 khách cần hỏi" in client.get("/").content.decode()
        assert "gửi lại ấm mới" in client.get("/promises/").content.decode().lower()
        page = client.get(f"/promises/{promise.pk}/").content.decode()
        assert "Chào anh/chị Lan, em là Bảo" in page
        answer = client.post(
            f"/promises/{promise.pk}/answer/", {"via": "phone", "kept": "yes", "told": "Đẹp."}
        )

    assert answer.status_code == 302
    promise.refresh_from_db()
    assert (promise.state, promise.told_via, promise.told, promise.settled_by) == (
        "kept",
        "phone",
        "Đẹp.",
        bao,
    )
    assert not promises.to_ask(date(2027, 1, 1))


def test_not_kept_opens_the_case_again_and_is_a_fact(owed, bao):
    """S0-6: decided anew, with the broken promise."""
    promise = owed()
    cases.resolve(promise.case, by=bao, first_time=True, keeps_promises=True)

    promises.settle(promise, kept=False, via="phone", by=bao, now=datetime(2026, 12, 2, 3, tzinfo=UTC))

    case = Case.objects.get()
    assert (case.state, case.due_on, case.resolved_at) == ("open", WEDNESDAY, None)
    decision = Decision.objects.get(comment=case.comment, is_current=True)
    assert decision.facts["promise_broken"] is True
    verbs = list(Event.objects.order_by("pk").values_list("verb", flat=True))[-2:]
    assert verbs == ["promise broken", "case open"]


@pytest.mark.parametrize("via", ["phone", "link"])
@pytest.mark.parametrize("has_ended", [False, True])
def test_a_broken_promise_makes_nothing_due_later(owed, bao, wednesday, via, has_ended):
    """S0-6, L11: what is late stays late, since the day that it is late from."""
    promise, late = owed(), date(2026, 11, 20)
    if has_ended:
        cases.resolve(promise.case, by=bao, first_time=True, keeps_promises=True)
    Case.objects.update(due_on=late)
    wednesday.move_to(LATER)

    if via == "phone":
        promises.settle(promise, kept=False, via=via, by=bao, now=LATER)
    else:
        promises.settle(promise, kept=True, via="phone", by=bao, now=LATER)
        promises.hear(promise, kept=False, told="Chưa thấy đâu.", now=LATER)

    case = Case.objects.get()
    assert (case.state, case.due_on) == ("open", late)
    with pytest.raises(handling.NotYet):
        cases.resolve(case, by=bao, first_time=True)


def test_the_first_answer_counts(owed, bao):
    promise = owed()
    same = Promise.objects.get()

    promises.settle(promise, kept=True, via="phone", by=bao, now=timezone.now())

    with pytest.raises(promises.Stale):
        promises.settle(same, kept=False, via="link", by=None, now=LATER)
    assert Promise.objects.get().state == "kept"


def test_before_its_day_has_passed_nobody_can_say_that_it_was_not_kept(owed, bao, client):
    promise = owed()
    client.force_login(bao)

    answer = client.post(f"/promises/{promise.pk}/answer/", {"via": "phone", "kept": "no"})

    assert answer.status_code == 400
    assert "Chưa qua ngày đã hứa" in answer.content.decode()
    promise.refresh_from_db()
    assert promise.state == "open"
    with pytest.raises(promises.TooEarly):
        promises.ask_by_mail(promise, by=bao, now=timezone.now())


def asked(promise, bao, now=LATER):
    promises.ask_by_mail(promise, by=bao, now=now)
    letter = OutgoingMail.objects.get(about=f"feedback.promise:{promise.pk}")
    return re.search(r"http://localhost:8000(/promised/\S+/)", letter.text)[1]


def test_the_customer_answers_by_the_link(owed, bao, client, wednesday):
    promise = owed(email="lan@example.com")
    link = asked(promise, bao)
    wednesday.move_to(LATER)

    page = client.get(link)
    assert page.status_code == 200
    assert "gửi lại ấm mới" in page.content.decode().lower()
    assert page["Referrer-Policy"] == "same-origin"
    promise.refresh_from_db()
    assert promise.state == "open"  # a scanner that opens it has answered nothing

    assert client.post(link, {"kept": "no", "told": "Chưa thấy đâu."}).status_code == 302
    promise.refresh_from_db()
    assert (promise.state, promise.told_via, promise.told) == ("broken", "link", "Chưa thấy đâu.")
    assert "xin lỗi" in client.get(link).content.decode()
    client.post(link, {"kept": "yes"})
    promise.refresh_from_db()
    assert promise.state == "broken"


@pytest.mark.parametrize("is_owned", [True, False])
def test_not_yet_is_seen_at_once(owed, bao, client, wednesday, is_owned):
    """S0-6: by whoever looks after it, on top of their day, and by mail, once; else by the managers."""
    for someone, address in ((bao, "bao@shop.example"), (user(Role.MANAGER, "Huy"), "huy@shop.example")):
        someone.email = address
        someone.save()
    promise = owed(email="lan@example.com")
    link = asked(promise, bao)
    Case.objects.filter(pk=promise.case_id).update(owner=bao if is_owned else None)
    wednesday.move_to(LATER)

    for _twice in range(2):
        client.post(link, {"kept": "no", "told": "Chưa thấy đâu."})

    letter = OutgoingMail.objects.get(about__startswith="feedback.user:")
    assert letter.to == ("bao@shop.example" if is_owned else "huy@shop.example")
    assert f"/promises/{promise.pk}/" in letter.text
    client.force_login(bao)
    assert [one.pk for one in client.get("/day/").context["not_yet"]["rows"]] == [promise.case_id] * is_owned


@pytest.mark.parametrize("via", ["phone", "link"])
def test_not_yet_counts_after_any_yes(owed, bao, client, wednesday, via):
    """S0-6: from the page to the case that is open again, whoever said before that it was kept."""
    promise = owed(email="lan@example.com")
    link = asked(promise, bao)
    wednesday.move_to(LATER)
    by = None if via == "link" else bao
    promises.settle(promise, kept=True, via=via, by=by, now=LATER, told="Đã nhận.")
    cases.resolve(promise.case, by=bao, first_time=True)

    page = client.get(link).content.decode()
    assert 'value="no"' in page
    assert ("Chúng tôi đã ghi" in page) == (via == "phone")
    after = client.post(link, {"kept": "no", "told": "Chưa thấy đâu."}, follow=True).content.decode()

    promise.refresh_from_db()
    case = Case.objects.get(pk=promise.case_id)
    assert (promise.state, promise.told_via, promise.settled_by) == ("broken", "link", None)
    assert promise.told == "Đã nhận.\nChưa thấy đâu."
    assert (case.state, case.due_on, case.answered_at) == ("open", WEDNESDAY, None)
    assert [one.comment.text for one in case.follow_ups.all()] == ["Chưa thấy đâu."]
    assert Decision.objects.get(comment=case.comment, is_current=True).facts["promise_broken"] is True
    assert "xin lỗi" in after
    assert "vào hồ sơ" in after


def test_what_they_add_after_the_answer_is_kept_in_the_case(owed, bao, client, wednesday):
    """S0-6: each words once, and the page says so."""
    promise = owed(email="lan@example.com")
    link = asked(promise, bao)
    wednesday.move_to(LATER)
    for words in ("Chưa thấy đâu.", "Chưa thấy đâu.", "Hai tuần rồi!", "Hai tuần rồi!"):
        client.post(link, {"kept": "no", "told": words})
    cases.resolve(Case.objects.get(), by=bao, first_time=False)
    assert "vẫn chưa ổn" in client.get(link).content.decode()
    client.post(link, {"kept": "no", "told": "Vẫn chưa."})

    case = Case.objects.get()
    assert [one.comment.text for one in case.follow_ups.order_by("pk")] == ["Hai tuần rồi!", "Vẫn chưa."]
    assert case.state == "open"
    assert {one.comment.customer for one in case.follow_ups.all()} == {case.customer}
    client.force_login(bao)
    assert "Vẫn chưa." in client.get(f"/cases/{case.public_id}/").content.decode()


def test_of_whom_nothing_is_kept_any_more_no_words_are(owed, bao, client, wednesday):
    """L11: and the page says it, with the words still there."""
    promise = owed(email="lan@example.com")
    link = asked(promise, bao)
    wednesday.move_to(LATER)
    Promise.objects.update(state="withdrawn", settled_at=LATER)

    answer = client.post(link, {"kept": "no", "told": "Chưa thấy đâu."})

    assert answer.status_code == 409
    assert "Chưa thấy đâu." in answer.content.decode()
    assert not Case.objects.get().follow_ups.exists()


@pytest.mark.parametrize("data", [{}, {"kept": "maybe"}, {"kept": "no", "told": "a" * 501}])
def test_an_answer_that_is_none_is_refused_and_kept_on_the_page(owed, bao, client, data, wednesday):
    promise = owed(email="lan@example.com")
    wednesday.move_to(LATER)

    answer = client.post(asked(promise, bao), data)

    assert answer.status_code == 400
    assert data.get("told", "") in answer.content.decode()
    promise.refresh_from_db()
    assert promise.state == "open"


@pytest.mark.parametrize("link", ["/promised/nonsense/", f"/promised/{'0' * 26}/", "/promised/😀/"])
def test_other_links_open_nothing(client, link):
    assert client.get(link).status_code == 404
    assert client.post(link, {"kept": "no"}).status_code == 404


def test_letters_have_one_link_and_go_out_once_a_day(owed, bao):
    promise = owed(email="lan@example.com")
    first = asked(promise, bao)
    OutgoingMail.objects.update(about="")

    with pytest.raises(promises.TooEarly):
        asked(promise, bao)

    assert asked(promise, bao, now=LATER + timedelta(days=1)) == first


def test_no_letter_goes_where_we_may_not_write(owed, bao):
    with pytest.raises(promises.NotAllowed):
        promises.ask_by_mail(owed(email=""), by=bao, now=LATER)


def test_a_thank_you_loses_no_promise(owed, bao):
    """S0-6: the case is resolved and closed; the promise is still asked about."""
    promise = owed()
    cases.resolve(promise.case, by=bao, first_time=True, keeps_promises=True)
    cases.close(promise.case, by=bao)

    assert list(promises.to_ask(WEDNESDAY)) == [promise]


@pytest.mark.parametrize("query", ["", "?show=coming&mine=on", "?show=settled", "?show=ask&page=9"])
def test_the_list_asks_the_database_little(client, bao, owed, query, django_assert_max_num_queries):
    for _ in range(12):
        owed(WEDNESDAY)
    client.force_login(bao)
    client.get("/promises/")

    with django_assert_max_num_queries(12):
        assert client.get(f"/promises/{query}").status_code == 200


def test_a_filter_that_is_none_is_refused(client, bao):
    client.force_login(bao)

    assert client.get("/promises/?show=all").status_code == 400


def test_mine_are_mine(client, bao, owed):
    owed()
    client.force_login(user(Role.STAFF, "Thu"))

    assert client.get("/promises/?show=coming&mine=on").context["page"].paginator.count == 0
    assert client.get("/promises/?show=coming").context["page"].paginator.count == 1


def settled(owed, bao, kept, broken):
    for number in range(kept + broken):
        state = "kept" if number < kept else "broken"
        promise = owed()
        Promise.objects.filter(pk=promise.pk).update(
            state=state, settled_at=timezone.now(), settled_by=bao, told_via="phone"
        )


def test_the_share_kept_has_its_interval(owed, bao):
    """Wilson's of 6 of 8: .41 to .93."""
    settled(owed, bao, kept=6, broken=2)
    Comment.objects.update(touchpoint=Touchpoint.objects.get(slug="delivery"))
    owed()

    found = report.kept(date(2026, 11, 1), date(2026, 12, 31), WEDNESDAY, "vi")

    assert (found.all.kept, found.all.broken, found.all.unanswered) == (6, 2, 1)
    assert found.all.share == 0.75
    assert found.all.interval == (pytest.approx(0.409, abs=1e-3), pytest.approx(0.929, abs=1e-3))
    assert [(one.name, one.n) for one in found.months] == [(date(2026, 11, 1), 0), (date(2026, 12, 1), 8)]
    assert [one.name for one in found.people] == ["Bảo"]
    assert [one.name for one in found.problems] == ["damaged"]
    delivery, unknown = found.touchpoints
    assert (delivery.name, delivery.kept, delivery.broken) == ("Giao hàng", 6, 2)
    assert (unknown.name, unknown.n, unknown.unanswered) == (None, 0, 1)


def test_few_answers_name_no_share(owed, bao):
    settled(owed, bao, kept=4, broken=0)

    found = report.kept(date(2026, 11, 1), date(2026, 12, 31), WEDNESDAY, "en")

    assert (found.all.n, found.all.share, found.all.interval) == (4, None, None)


def test_the_report_is_a_page_and_a_table(owed, bao, client):
    settled(owed, bao, kept=6, broken=2)
    client.force_login(user(Role.MANAGER))

    page = client.get("/reports/promises/?from=2026-11-01&to=2026-12-31")
    table = client.get("/reports/promises.csv?from=2026-11-01&to=2026-12-31").getvalue().decode()

    assert page.status_code == 200
    assert "75" in page.content.decode()
    assert "person,Bảo,6,2,0,0,0.75," in table
    assert client.get("/reports/promises/?from=yesterday").status_code == 400
    assert client.get("/reports/promises.csv?from=yesterday").status_code == 400


@pytest.mark.parametrize("language", ["vi", "en"])
def test_each_number_of_the_report_opens_its_promises(owed, bao, client, language, wednesday):
    """S0-6: by month, person, problem and touchpoint; not known and our team too; each as many as it says."""
    settled(owed, bao, kept=6, broken=3)
    rows = list(Promise.objects.order_by("pk"))
    Comment.objects.filter(case__promises__in=rows[:5]).update(
        touchpoint=Touchpoint.objects.get(slug="delivery")
    )
    Promise.objects.filter(pk__in=[rows[0].pk, rows[7].pk]).update(who=None)
    Promise.objects.filter(pk=rows[1].pk).update(by_when=date(2026, 11, 20))
    Promise.objects.filter(pk=rows[2].pk).update(decision=None)
    Promise.objects.filter(pk=rows[8].pk).update(state="withdrawn", withdrawn_why="declined")
    Promise.objects.filter(pk=owed().pk).update(by_when=date(2026, 11, 25), call_back_on=date(2026, 11, 26))
    client.force_login(user(Role.MANAGER))
    client.cookies["django_language"] = language
    page = client.get("/reports/promises/?from=2026-11-01&to=2026-12-31")
    text, found = page.content.decode(), page.context["report"]
    lines = [("", found.all, page.context["all_url"])] + [
        line for part in (*(its for _id, _title, its in page.context["groups"]), page.context["months"])
        for line in part
    ]  # fmt: skip

    assert (found.all.kept, found.all.broken, found.all.unanswered, found.all.withdrawn) == (6, 2, 1, 1)
    assert len(lines) == 9
    for _words, one, url in lines:
        for show, n in (("kept", one.kept), ("broken", one.broken), ("settled", one.n),
                        ("unanswered", one.unanswered), ("taken_back", one.withdrawn)):  # fmt: skip
            listed = client.get(f"{url}&show={show}")
            assert listed.context["page"].paginator.count == n, (url, show)
            assert n == 0 or show == "settled" or f"{url}&show={show}".replace("&", "&amp;") in text


@pytest.mark.parametrize(
    "wrong", ["since=x", "by=mood", "show=answered", "name=" + "x" * 300, "until=2026-02-30"]
)
def test_a_number_that_is_none_is_refused(client, bao, wrong):
    client.force_login(bao)

    assert client.get(f"/promises/?{wrong}").status_code == 400


Why = Promise.WithdrawnWhy


def test_what_holds_no_more_is_taken_back_with_a_reason(owed, bao, client):
    """S0-6: it is asked about no more, is in no share, and is counted beside them."""
    promise = owed()
    client.force_login(bao)
    client.cookies["django_language"] = "en"

    nothing_chosen = client.post(f"/promises/{promise.pk}/take-back/", {"why": ""})
    answer = client.post(f"/promises/{promise.pk}/take-back/", {"why": "replaced"})
    page = client.get(f"/promises/{promise.pk}/").content.decode()

    assert nothing_chosen.status_code == 400
    assert answer.status_code == 302
    promise.refresh_from_db()
    assert (promise.state, promise.withdrawn_why, promise.settled_by) == ("withdrawn", "replaced", bao)
    assert Event.objects.get(verb="promise withdrawn").data["why"] == "replaced"
    assert "We agreed on something else with them" in page
    assert not promises.to_ask(date(2027, 1, 1))
    listed = client.get("/promises/?show=taken_back").content.decode()
    assert "We agreed on something else with them" in listed
    assert client.get("/promises/?show=settled").context["page"].paginator.count == 0
    found = report.kept(date(2026, 11, 1), date(2026, 12, 31), WEDNESDAY, "en").all
    assert (found.n, found.unanswered, found.withdrawn) == (0, 0, 1)


@pytest.mark.parametrize("why", [Why.REPLACED, Why.MISTAKE])
def test_a_broken_promise_is_not_taken_back(owed, bao, wednesday, client, why):
    """S0-6: after its day only they can say how it ended."""
    promise = owed()
    wednesday.move_to(LATER)
    client.force_login(bao)

    page = client.get(f"/promises/{promise.pk}/").content.decode()
    answer = client.post(f"/promises/{promise.pk}/take-back/", {"why": why.value})

    assert 'value="declined"' in page
    assert f'value="{why.value}"' not in page
    assert answer.status_code == 400
    assert "Đã qua ngày hẹn" in answer.content.decode()
    promise.refresh_from_db()
    assert promise.state == "open"


def test_who_does_not_want_it_any_more_may_say_so_late(owed, bao, wednesday):
    promise = owed()
    wednesday.move_to(LATER)

    promises.withdraw(promise, why=Why.DECLINED, by=bao, now=LATER)

    assert promise.state == "withdrawn"


@pytest.mark.parametrize(("kept", "state"), [("no", "broken"), ("yes", "withdrawn")])
def test_the_customers_own_no_counts_after_a_taking_back(owed, bao, client, wednesday, kept, state):
    """S0-6: nobody of ours makes a broken promise disappear."""
    promise = owed(email="lan@example.com")
    link = asked(promise, bao)
    wednesday.move_to(LATER)
    promises.withdraw(promise, why=Why.DECLINED, by=bao, now=LATER)

    page = client.get(link)
    answer = client.post(link, {"kept": kept, "told": "Chưa thấy đâu."})

    assert "không còn hiệu lực" in page.content.decode()
    assert (page.status_code, answer.status_code) == (200, 302)
    promise.refresh_from_db()
    assert (promise.state, promise.withdrawn_why) == (state, "" if state == "broken" else "declined")
    assert client.get(link).status_code == 200
    found = report.kept(date(2026, 11, 1), date(2026, 12, 31), WEDNESDAY, "en").all
    assert (found.broken, found.withdrawn) == ((1, 0) if state == "broken" else (0, 1))


def test_an_answer_and_a_taking_back_have_one_winner(owed, bao):
    promise = owed()
    promises.settle(promise, kept=True, via="phone", by=bao, now=timezone.now())

    with pytest.raises(promises.Stale):
        promises.withdraw(promise, why=Why.DECLINED, by=bao, now=timezone.now())

    promise.refresh_from_db()
    assert (promise.state, promise.withdrawn_why) == ("kept", "")


@pytest.mark.parametrize("changes", [{"withdrawn_why": "mistake"}, {"withdrawn_why": "we were late"}])
def test_the_database_knows_why_and_when_a_promise_may_be_taken_back(owed, changes):
    promise = owed()

    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Promise.objects.filter(pk=promise.pk).update(**changes)


def test_closed_without_a_solution_it_says_what_is_owed(owed, bao, client):
    """S0-6: who closes it decides on what was promised, too."""
    promise = owed()
    client.force_login(bao)
    given = {"to": "closed", "closed_why": "no_agreement"}

    refused = client.post(f"/cases/{promise.case.public_id}/state/", given)
    page = refused.content.decode()
    client.post(f"/cases/{promise.case.public_id}/state/", given | {"still_promised": "on"})

    assert refused.status_code == 400
    assert "gửi lại ấm mới" in page
    assert 'aria-describedby="id_still_promised_error"' in page
    assert Case.objects.get().state == "closed"
    assert list(promises.to_ask(WEDNESDAY)) == [promise]


def resolved(client, case, **given):
    given = {"to": "resolved", "first_time": "yes", "cause_removed": "Đã đổi mút mới."} | given
    client.cookies["django_language"] = "en"
    return client.post(f"/cases/{case.public_id}/state/", given)


def test_no_case_ends_over_an_open_promise_unnoticed(owed, bao, client):
    """S0-6: the notice names what is owed and both ways out; nothing is half done."""
    promise = owed()
    client.force_login(bao)

    answer = resolved(client, promise.case)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "We still owe them: gửi lại ấm mới." in page
    assert f'href="/promises/{promise.pk}/"' in page
    assert 'name="keeps_promises"' in page
    assert Case.objects.get().state == "open"


def test_content_already_they_are_asked_all_the_same(owed, bao, client):
    """S0-6: said so by the person who resolves it; until it is answered no mail says that it is solved."""
    promise = owed(email="lan@example.com")
    client.force_login(bao)

    resolved(client, promise.case, keeps_promises="on")
    page = client.get(f"/cases/{promise.case.public_id}/").content.decode()
    asked_too_early = client.post(f"/cases/{promise.case.public_id}/satisfied/ask/", follow=True)

    assert Case.objects.get().state == "resolved"
    assert list(promises.to_ask(WEDNESDAY)) == [promise]
    assert "Tell them it is solved" not in page
    assert "Something is still promised to them" in asked_too_early.content.decode()
    assert not OutgoingMail.objects.filter(text__contains="/solved/").exists()


def test_once_it_was_kept_it_is_solved_like_any_other(owed, bao, client):
    promise = owed()
    promises.settle(promise, kept=True, via="phone", by=bao, now=timezone.now())
    client.force_login(bao)

    resolved(client, promise.case)

    page = client.get(f"/cases/{promise.case.public_id}/").content.decode()
    assert Case.objects.get().state == "resolved"
    assert "Tell them it is solved" in page
