"""What no theme catches: looked for once a week, decided by managers (issue 8, item 6; S4-5)."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from feedback import comments, discovery, journal, leases, rereading, themes
from feedback.models import Comment, DiscoveryClock, Event, Proposal, Rereading, Theme
from feedback.text.reader import Reader
from tests.factories import NOW, a_shop, customer, read_comment, user
from tests.feedback.text.test_topics import CLASS, RAMBLE

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CALLED = {"name_vi": "Lớp nặn gốm", "name_en": "Pottery class", "words": ["lớp học", "nặn gốm"]}


@pytest.fixture(autouse=True)
def _shop():
    a_shop()


@pytest.fixture
def huy(client):
    huy = user("manager", "Huy")
    client.force_login(huy)
    client.cookies["django_language"] = "en"
    return huy


def caught(number=40):
    """Comments that a theme caught by its words."""
    for n in range(number):
        made = read_comment(
            f"Giao hàng trễ. {RAMBLE['vi'][n % 5]} {n}",
            themes=[("late_delivery", "negative")],
            said_at=NOW - 3 * DAY,
        )
        made.mentions.update(words=["giao hàng trễ"])


def said(texts=CLASS, days=3, **columns):
    reading = {"lang": "vi", "complaint": False, "problem": "none"} | columns.pop("reading", {})
    return [
        read_comment(
            text, customer=customer(f"Lan {n}"), said_at=NOW - days * DAY, reading=reading, **columns
        )
        for n, text in enumerate(texts)
    ]


def looked(at=NOW):
    discovery.look_now(at)
    return list(Proposal.objects.order_by("pk"))


@pytest.fixture
def proposal():
    caught()
    said()
    (proposal,) = looked()
    return proposal


def test_it_proposes_what_customers_speak_of(proposal):
    assert (proposal.language, proposal.state, proposal.people) == ("vi", "open", len(CLASS))
    assert (proposal.before, proposal.lately, sum(proposal.weeks)) == (0, len(CLASS), len(CLASS))
    assert "nặn gốm" in {phrase["text"] for phrase in proposal.phrases} | {proposal.name}
    assert {one.text for one in proposal.comments.all()} == set(CLASS)
    assert Event.objects.filter(verb="theme proposed").count() == 1
    assert journal.verify() is None


WORKSHOPS = [
    "Do you teach? I would come to a pottery workshop.",
    "Asking about workshops for two, are there any on Sundays?",
    "My niece wants pottery workshops for her birthday, please.",
    "When is the next workshop? I found nothing on your page.",
    "Please offer a Workshop in the evening, I work all day.",
    "A workshop with my team would be lovely, is it possible?",
    "Workshops! That is what is missing in this town, honestly.",
]


def test_an_accepted_theme_finds_all_that_were_counted(client, huy):
    """A proposal counts by stems, a theme finds words as they are written: so it gets every form."""
    for n in range(40):
        read_comment(
            f"Parcel arrived late. {RAMBLE['en'][n % 5]} {n}", reading={"lang": "en"},
            themes=[("late_delivery", "negative")], said_at=NOW - 3 * DAY,
        ).mentions.update(words=["arrived late"])  # fmt: skip
    said(WORKSHOPS, reading={"lang": "en"})
    (proposal,) = looked()
    form = client.get(f"/trends/missed/{proposal.public_id}/").context["accepting"]

    assert (form.initial["name_vi"], form.initial["name_en"][:1]) == ("", proposal.name[:1].upper())
    given = {"name_vi": "Lớp học", "name_en": "Workshops", "words": "\n".join(form.initial["words"])}
    client.post(f"/trends/missed/{proposal.public_id}/accept/", given)

    words = Theme.objects.get(name_en="Workshops").words
    reader = Reader(themes={"workshops": {"words": words}})
    found = reader.read_many(WORKSHOPS)
    assert proposal.comments.count() == len(WORKSHOPS)
    assert all("workshops" in {one.theme for one in reading.themes} for reading in found)


def test_each_form_is_a_word_once_and_proposals_of_before_have_their_text():
    phrases = [
        {"text": "workshop", "forms": ["workshop", "workshops"]}, {"text": "nan"},
        {"text": "workshops", "forms": ["workshops"]},
    ]  # fmt: skip

    assert Proposal(phrases=phrases).words == ["workshop", "workshops", "nan"]


def test_it_says_how_it_grew():
    caught()
    said(CLASS[:2], days=40)
    said(CLASS[2:], days=3)

    (proposal,) = looked()

    assert (proposal.before, proposal.lately) == (2, 5)


def test_a_theme_that_only_the_model_hears_did_not_catch_it():
    caught()
    said(themes=[("staff_attitude", "negative"), ("general", "negative")])

    assert len(looked()) == 1


def test_what_a_person_gave_a_theme_is_caught():
    caught()
    for one in said(themes=[("information", "negative")]):
        one.mentions.update(corrected_polarity="negative")

    assert looked() == []


def test_what_a_person_says_is_not_there_did_not_catch_it():
    caught()
    for one in said(themes=[("information", "negative")]):
        one.mentions.update(words=["lớp học"], corrected_polarity="none")

    assert len(looked()) == 1


@pytest.mark.parametrize(
    "columns", [{"days": 60}, {"reading": {"flags": ["spam:gibberish"]}}, {"reading": {"lang": "other"}}]
)
def test_some_comments_are_not_looked_through(columns):
    """Older than eight weeks, gibberish, another language."""
    caught()
    said(**columns)

    assert looked() == []


def test_our_own_people_propose_nothing():
    caught()
    for one in said():
        one.customer.is_insider = True
        one.customer.save()

    assert looked() == []


def test_one_author_is_one_customer():
    caught()
    for n, text in enumerate(CLASS):
        read_comment(f"{text} {n}", author="Minh K", source="google", said_at=NOW - DAY)

    assert looked() == []


def test_looked_for_again_it_is_the_same_one(proposal):
    said(["Lớp học nặn gốm dạy buổi tối được không"], days=1)

    (again,) = looked(NOW + DAY)

    assert (again.pk, again.people, again.first_found_at) == (proposal.pk, len(CLASS) + 1, NOW)
    assert again.members.count() == len(CLASS) + 1
    clock = DiscoveryClock.objects.get()
    assert (clock.look_at, clock.missed, clock.looked_through) == (NOW + 8 * DAY, 8, 48)


def test_a_look_that_loses_its_lease_writes_nothing():
    """Killed or taken over in the middle, the next one starts anew; nothing is there twice."""
    caught()
    said()
    DiscoveryClock.objects.update(look_at=NOW)
    (clock,) = leases.lease(discovery.LOOK, NOW)
    DiscoveryClock.objects.update(leased_by="another/1/1")

    with pytest.raises(leases.LeaseLost):
        discovery.look([clock], NOW)

    assert not Proposal.objects.exists()
    assert not Event.objects.filter(verb="theme proposed").exists()


def test_what_no_longer_comes_up_fades_and_comes_back(proposal):
    (faded,) = looked(NOW + 60 * DAY)
    assert faded.state == "faded"

    (back,) = looked(NOW)
    assert (back.pk, back.state) == (proposal.pk, "open")


def test_accepted_it_is_a_theme_that_reads_from_now_on(proposal):
    huy = user("manager", "Huy")

    theme = discovery.accept(proposal, **CALLED, examples=["Dạy nặn gốm đi"], by=huy, now=NOW)

    proposal.refresh_from_db()
    assert (proposal.state, proposal.theme, proposal.decided_by) == ("accepted", theme, huy)
    assert (theme.words, theme.examples) == (CALLED["words"], ["Dạy nặn gốm đi"])
    verbs = set(Event.objects.filter(by=huy).values_list("verb", flat=True))
    assert verbs == {"theme made", "proposed theme accepted"}
    comment = comments.record(
        text="Cho mình học nặn gốm với", channel="form", source="tell-us", why="unsolicited",
        said_at=NOW, received_at=NOW,
    )  # fmt: skip
    comments.read_all()
    assert "pottery_class" in comment.mentions.values_list("theme__slug", flat=True)


def test_accepted_older_comments_are_read_anew_in_the_background(proposal):
    discovery.accept(proposal, **CALLED, by=user("manager", "Huy"), now=NOW)

    leases.run_once(discovery.REREAD, NOW)
    while leases.run_once(rereading.READ_ANEW, NOW):
        pass

    theme = Theme.objects.get(slug="pottery_class")
    assert theme.mentions.filter(comment__in=proposal.comments.all()).count() == len(CLASS)
    assert not Proposal.objects.to_reread().exists()


def test_while_comments_are_being_read_anew_it_waits(proposal):
    """What began before does not know the new words."""
    rereading.ask(None)
    discovery.accept(proposal, **CALLED, by=user("manager", "Huy"), now=NOW)

    leases.run_once(discovery.REREAD, NOW)
    assert Proposal.objects.to_reread().exists()

    Rereading.objects.update(finished_at=NOW)
    leases.run_once(discovery.REREAD, NOW + 2 * discovery.BUSY)
    assert not Proposal.objects.to_reread().exists()
    assert Rereading.objects.unfinished().count() == 1


def test_merged_its_words_are_the_theme_s(proposal):
    into = Theme.objects.get(slug="information")
    Theme.objects.filter(pk=into.pk).update(words=["bảng giá"])

    discovery.merge(proposal, into, words=["lớp học", "bảng giá"], by=user("manager", "Huy"), now=NOW)

    into.refresh_from_db()
    proposal.refresh_from_db()
    assert into.words == ["bảng giá", "lớp học"]
    assert (proposal.state, proposal.theme, proposal.reread) == ("merged", into, True)


def test_a_theme_that_is_switched_off_takes_no_words(proposal):
    into = Theme.objects.get(slug="information")
    Theme.objects.filter(pk=into.pk).update(is_active=False)

    with pytest.raises(themes.Stale):
        discovery.merge(proposal, into, words=["lớp học"], by=user("manager"), now=NOW)

    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_ignored_it_does_not_come_again_nor_under_words_like_its_own(proposal):
    discovery.ignore(proposal, "We do not teach", by=user("manager", "Huy"), now=NOW)
    said(
        [
            f"Xin mở {way} nặn gốm {n}"
            for n, way in enumerate(["khoá", "buổi", "lớp tối", "lớp sáng", "khoá hè"])
        ]
    )

    (same,) = looked(NOW + 7 * DAY)

    assert (same.state, same.note, same.people) == ("ignored", "We do not teach", len(CLASS))


@pytest.mark.parametrize("decide", ["accept", "merge", "ignore"])
def test_what_is_decided_is_not_decided_again(proposal, decide):
    discovery.ignore(proposal, "No", by=user("manager", "Huy"), now=NOW)
    acts = {
        "accept": lambda by: discovery.accept(proposal, **CALLED, by=by, now=NOW),
        "merge": lambda by: discovery.merge(proposal, Theme.objects.first(), words=["x y"], by=by, now=NOW),
        "ignore": lambda by: discovery.ignore(proposal, "No", by=by, now=NOW),
    }

    with pytest.raises(discovery.Stale):
        acts[decide](user("manager", "Mai"))

    assert not Theme.objects.filter(slug="pottery_class").exists()


@pytest.mark.parametrize(
    "columns", [{"state": "ignored"}, {"state": "accepted"}, {"decided_at": NOW}, {"state": "odd"}]
)
def test_the_database_keeps_decisions_whole(proposal, columns):
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(**columns)


def test_personal_data_is_covered():
    text = "Lớp học nặn gốm, gọi 0900 000 012 nhé"
    pii = [{"kind": "phone", "span": [21, 33]}]

    assert discovery.covered(text, pii) == "Lớp học nặn gốm, gọi ••• nhé"
    assert discovery.covered(text, []) == text
    assert discovery.covered("", pii) == "•••"


# Pages


def test_managers_see_it_with_examples(client, huy, proposal):
    Comment.objects.filter(text=CLASS[0]).update(text=f"{CLASS[0]} 0900 000 012")
    one = Comment.objects.get(text__endswith="012")
    one.analysis.pii = [{"kind": "phone", "span": [len(CLASS[0]) + 1, len(CLASS[0]) + 13]}]
    one.analysis.save()

    listed = client.get("/trends/missed/").content.decode()
    whole = client.get(f"/trends/missed/{proposal.public_id}/").content.decode()

    assert "7 different customers" in listed
    assert '<td class="n">7</td>' in listed.partition('id="beside"')[2]
    assert whole.count("<blockquote") == len(CLASS)
    assert "•••" in whole
    assert "0900" not in listed + whole


def test_it_is_linked_from_today_and_trends(client, huy, proposal):
    assert "1 topic comes up that no theme catches" in client.get("/").content.decode()
    assert "/trends/missed/" in client.get("/trends/").content.decode()


def test_nothing_found_is_told(client, huy):
    assert "Nothing was looked for yet" in client.get("/trends/missed/").content.decode()

    discovery.look_now(NOW)

    assert "The themes catch what comes up" in client.get("/trends/missed/").content.decode()


def filled(**more):
    return {"name_vi": "Lớp nặn gốm", "name_en": "Pottery class", "words": "lớp học\nnặn gốm"} | more


def test_a_manager_accepts_it(client, huy, proposal):
    answer = client.post(f"/trends/missed/{proposal.public_id}/accept/", filled(note="Asked often"))

    assert answer.headers["Location"] == "/setup/themes/pottery_class/"
    proposal.refresh_from_db()
    assert (proposal.state, proposal.note, proposal.decided_by) == ("accepted", "Asked often", huy)


@pytest.mark.parametrize(
    ("act", "sent", "said"),
    [
        ("accept", {"name_vi": ""}, "This field is required"),
        ("accept", {"name_en": "Courier", "name_vi": "Courier"}, "There is a theme of this name already"),
        ("accept", {"words": "và\n"}, "too common a word"),
        ("merge", {"merge-into": "0"}, "Select a valid choice"),
        ("ignore", {"ignore-note": ""}, "This field is required"),
    ],
)
def test_a_form_that_is_wrong_says_so(client, huy, proposal, act, sent, said):
    answer = client.post(f"/trends/missed/{proposal.public_id}/{act}/", filled(**sent))

    assert answer.status_code == 400
    assert said in answer.content.decode()
    proposal.refresh_from_db()
    assert proposal.state == "open"


def test_a_manager_merges_it(client, huy, proposal):
    into = Theme.objects.get(slug="information")
    sent = {"merge-into": into.pk, "merge-words": "lớp học"}

    client.post(f"/trends/missed/{proposal.public_id}/merge/", sent)

    into.refresh_from_db()
    assert into.words == ["lớp học"]


def test_a_theme_holds_only_so_many_words(client, huy, proposal):
    into = Theme.objects.get(slug="information")
    Theme.objects.filter(pk=into.pk).update(words=[f"từ {n}" for n in range(themes.MOST_WORDS)])
    sent = {"merge-into": into.pk, "merge-words": "lớp học"}

    answer = client.post(f"/trends/missed/{proposal.public_id}/merge/", sent)

    assert (answer.status_code, "more than 200 words" in answer.content.decode()) == (400, True)


def test_who_is_slower_is_told(client, huy, proposal):
    discovery.ignore(proposal, "No", by=user("manager", "Mai"), now=NOW)

    for act, sent in (("accept", filled()), ("ignore", {"ignore-note": "No"})):
        answer = client.post(f"/trends/missed/{proposal.public_id}/{act}/", sent, follow=True)
        assert "Somebody else was faster" in answer.content.decode()


def test_the_advocate_sees_and_does_not_decide(client, proposal):
    client.force_login(user("advocate", "An"))

    page = client.get(f"/trends/missed/{proposal.public_id}/").content.decode()

    assert "/accept/" not in page
    assert (
        client.post(f"/trends/missed/{proposal.public_id}/ignore/", {"ignore-note": "x"}).status_code == 403
    )


def test_the_number_of_queries_does_not_grow(client, huy, proposal):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            client.get("/trends/missed/")
        return len(seen)

    before = queries()
    for n in range(5):
        Proposal.objects.create(
            language="vi", key=f"k{n}", name=f"n{n}", people=5, before=0, lately=5, weeks=[5],
            first_found_at=NOW, found_at=NOW,
        )  # fmt: skip

    assert queries() == before


def test_it_can_be_taken_along(client, huy, proposal):
    Proposal.objects.update(name="=cmd")

    answer = client.get("/trends/missed.csv")

    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert (row["id"], row["people"], row["state"]) == (proposal.public_id, "7", "open")
    assert row["name"] == "'=cmd"
    assert row["example_1"] in CLASS


def test_programs_read_it(client, huy, proposal):
    told = client.get("/api/v1/trends/missed", {"state": "open"}).json()["proposals"]

    assert [(one["id"], one["people"], one["theme"]) for one in told] == [(proposal.public_id, 7, "")]
    assert client.get("/api/v1/trends/missed", {"state": "ignored"}).json() == {"proposals": []}
    assert client.get("/api/v1/trends/missed", {"state": "odd"}).status_code == 400
