"""The day's page of one person, and the team's board."""

from datetime import timedelta

import pytest
from babel.dates import format_date
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback import shop
from feedback.front import work_queries
from feedback.models import Decision, Message, Promise, Watch
from tests.factories import NOW, a_shop, case, comment, customer, decision, defection, user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DAYS = {"en": "d MMM", "vi": "d/M"}


@pytest.fixture(autouse=True)
def _shop(client):
    a_shop(open_weekdays="1234567", country="XX")
    client.cookies["django_language"] = "en"


@pytest.fixture
def mai(client):
    someone = user("staff", "Mai")
    client.force_login(someone)
    return someone


@pytest.fixture
def today():
    return shop.day(timezone.now())


def promise(who, by_when, **columns):
    owed = {"what": "call", "by_when": by_when, "call_back_on": by_when + DAY, "made_at": NOW, "who": who}
    return Promise.objects.create(**{"case": columns.pop("case", None) or case()} | owed | columns)


def page(client):
    return client.get("/day/").context


def test_whom_to_call_today(client, mai, today):
    """Mine and the team's; not somebody else's, not tomorrow's."""
    mine, teams = promise(mai, today - DAY), promise(None, today - 3 * DAY)
    promise(user("staff", "Bảo"), today - DAY)
    promise(mai, today)

    assert page(client)["to_ask"]["rows"] == [teams, mine]


def test_whom_i_am_to_ask_why_they_left(client, mai, today):
    """S2-3: mine that are due by the next working day or late; a front line without that page sees none."""
    late = defection(customer("Lan"), owner=mai, contact_by=today - DAY)
    due = defection(customer("Minh"), owner=mai, contact_by=today + DAY)
    defection(customer("Hoa"), owner=mai, contact_by=today + 2 * DAY)
    defection(customer("An"), owner=user("staff", "Bảo"), contact_by=today)
    defection(customer("Tú"), owner=mai, contact_by=today, state="contacted", cause="cheaper")

    answer = client.get("/day/")

    assert answer.context["to_contact"]["rows"] == [late, due]
    assert f"/defections/{late.public_id}/" in answer.content.decode()
    client.force_login(user("front_line", "Thu"))
    assert "to_contact" not in page(client)


def test_what_i_promised_by_the_next_working_day(client, mai, today):
    due, tomorrow = promise(mai, today), promise(mai, today + DAY)
    promise(mai, today + 2 * DAY)
    promise(None, today)

    assert page(client)["promised"]["rows"] == [due, tomorrow]


def test_what_the_team_promised_is_on_somebodys_list(client, mai, today):
    """S0-6: on that of whoever looks after the case; else on everybody's at the counter, marked."""
    about_mine = promise(None, today, case=case(owner=mai))
    nobodys = promise(None, today)
    promise(None, today, case=case(owner=user("staff", "Bảo")))

    found = page(client)
    client.force_login(user("front_line", "Hoa"))
    answer = client.get("/day/")

    assert (found["promised"]["rows"], found["teams"]["rows"]) == ([about_mine], [nobodys])
    assert answer.context["teams"]["rows"] == [nobodys]
    assert "the team’s" in answer.content.decode()


def test_who_only_reads_does_not_carry_the_teams_promises(client, today):
    client.force_login(user("advocate", "An"))
    promise(None, today)

    assert "teams" not in page(client)


def test_the_cases_i_look_after_the_first_due_first(client, mai, today):
    later, late = case(owner=mai, due_on=today + DAY), case(owner=mai, due_on=today - DAY)
    case(owner=mai, state="closed", closed_at=NOW)
    case()

    found = page(client)

    assert found["mine"]["rows"] == [late, later]
    assert found["late"] == 1


def test_what_is_due_and_nobodys(client, mai, today):
    due = case(due_on=today)
    case(due_on=today + DAY)

    assert page(client)["nobodys"]["rows"] == [due]


def test_what_i_watch(client, mai):
    watched = case()
    Watch.objects.create(case=watched, user=mai, since=NOW)
    Watch.objects.create(case=case(), user=user(), since=NOW)

    assert page(client)["watched"]["rows"] == [watched]


def draft(needs_approver):
    about = case()
    row = decision(about)
    return Message.objects.create(
        case=about, decision=row, language="vi", drafted_text="…", text="…", drafted_at=NOW,
        needs_approver=needs_approver,
    )  # fmt: skip


def test_what_i_may_approve(client, mai):
    ordinary, _above = draft(False), draft(True)

    assert page(client)["drafts"]["rows"] == [ordinary]


def test_an_approver_sees_all_drafts(client):
    client.force_login(user("approver", "Mai"))
    ordinary, above = draft(False), draft(True)

    assert page(client)["drafts"]["rows"] == [ordinary, above]
    assert Decision.objects.count() == 2


def test_the_front_line_approves_nothing(client):
    client.force_login(user("front_line", "Hòa"))
    draft(False)

    assert "drafts" not in page(client)


def test_the_board_says_who_has_how_much(client, mai, today):
    """Nobody's first; whoever has most that is late after that."""
    bao = user("staff", "Bảo")
    case(due_on=today)
    for n in range(2):
        case(owner=mai, due_on=today - DAY, escalations=n)
    case(owner=bao, state="waiting", due_on=today + DAY)
    promise(bao, today - DAY, case=case(owner=bao))
    case(owner=bao, state="closed", closed_at=NOW)

    nobody, first, second = client.get("/board/").context["loads"]

    assert (nobody.who, nobody.open, nobody.due) == (None, 1, 1)
    assert (first.who, first.open, first.late, first.shown) == (mai, 2, 2, 1)
    assert (second.who, second.open, second.waiting, second.to_ask) == (bao, 2, 1, 1)


def test_the_board_leads_to_what_was_shown_to_a_manager(client, mai, today):
    """Marked in every list; settled ones are nobody's business any more."""
    shown = case(owner=mai, due_on=today, escalations=2)
    case(owner=mai, due_on=today)
    case(state="closed", closed_at=NOW, escalations=1)

    assert 'href="/cases/?shown=1"' in client.get("/board/").content.decode()
    assert list(client.get("/cases/?shown=1").context["page"]) == [shown]
    assert client.get("/day/").content.decode().count("shown to a manager") == 1


def test_the_board_leads_to_their_cases(client, mai, today):
    mine, other = case(owner=mai, due_on=today - DAY), case()

    assert f"/cases/?owner={mai.pk}" in client.get("/board/").content.decode()
    assert list(client.get(f"/cases/?owner={mai.pk}").context["page"]) == [mine]
    assert list(client.get("/cases/?owner=0").context["page"]) == [other]


@pytest.mark.parametrize("owner", ["x", "-1", "9" * 30, "0x1", "\x00", "١"])
def test_an_owner_that_cannot_be(client, mai, owner):
    assert client.get("/cases/", {"owner": owner}).status_code == 400


@pytest.mark.parametrize(
    "address", ["/day/", "/board/", "/promises/", "/cases/", "/cases/?owner=0&due=1", "/cases/?shown=1"]
)
def test_more_rows_take_no_more_queries(client, mai, today, address):
    def fill(times):
        for n in range(times):
            Watch.objects.create(case=case(owner=mai, due_on=today - n * DAY), user=mai, since=NOW)
            case(due_on=today)
            promise(mai, today - DAY, case=case(owner=user("staff", f"A{n}")))
            promise(mai, today)
            promise(
                mai,
                today - 3 * DAY,
                call_back_on=today,
                first_call_on=today - 2 * DAY,
                unreached=2,
                tried_at=NOW,
            )
            promise(None, today)
            promise(None, today, case=case(owner=mai))
            draft(False)

    def asked():
        shop.forget()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        return len(queries)

    fill(work_queries.SHOWN + 2)
    few = asked()
    fill(work_queries.SHOWN + 2)

    assert asked() <= few


def test_a_new_shop_has_empty_pages(client, mai):
    assert "Nobody to call today." in client.get("/day/").content.decode()
    assert "Nothing is open." in client.get("/board/").content.decode()


@pytest.mark.parametrize("address", ["/day/", "/board/", "/cases/"])
def test_what_customers_write_is_shown_as_words(client, mai, today, address):
    """Rows are drawn once and filled in: each of another's words, and none of them as HTML."""
    for name in ("<b>Lan</b>", "Minh & Co"):
        about = case(comment(f"<i>{name}</i>"), owner=mai, due_on=today - DAY, customer=customer(name))
        promise(mai, today - 2 * DAY, case=about)

    text = client.get(address).content.decode()

    assert "&lt;b&gt;Lan&lt;/b&gt;" in text
    assert "&lt;i&gt;Minh &amp; Co&lt;/i&gt;" in text
    assert "<b>Lan" not in text
    assert "own-" not in text


def test_the_lists_as_each_language_says_them(client, mai, today):
    case(owner=mai, due_on=today - DAY, route="safety")

    english = client.get("/day/").content.decode()
    client.cookies["django_language"] = "vi"

    assert "1 day late, due " in english
    assert "day late" not in client.get("/day/").content.decode()


@pytest.mark.parametrize(
    ("language", "due", "late", "coming"),
    [("en", "due {}", "4 days late", "by {}"), ("vi", "hạn {}", "trễ 4 ngày", "hạn {}")],
)
@pytest.mark.parametrize("address", ["/day/", "/cases/", "/promises/?show=coming"])
def test_a_day_that_is_over_is_not_said_as_the_coming_one(
    client, mai, today, language, due, late, coming, address
):
    """S0-6: "by Thursday" said on a Monday is the next Thursday."""
    client.cookies["django_language"] = language
    over = today - 4 * DAY
    promise(mai, over, case=case(owner=mai, due_on=over), call_back_on=today + DAY)
    said, weekday = (
        format_date(over, DAYS[language], locale=language),
        format_date(over, "EEEE", locale=language),
    )

    text = client.get(address).content.decode()

    assert weekday not in text
    assert (coming if "promises" in address else due).format(said) in text
    assert (late in text) is ("promises" not in address)
