"""Engines that a shop's corrections made: trained by a job, judged, and let to read only if not worse."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback import comments, corrections, engines, leases, themes, work
from feedback.corrections import Said
from feedback.models import Analysis, Engine, Event, Mention, Theme
from feedback.text import model
from feedback.text.train import Scores
from tests import factories
from tests.factories import NOW, user

pytestmark = pytest.mark.django_db
THINGS = "Ấm trà,Cái tô,Bộ đĩa,Bình hoa,Ca sứ,Hộp quà,Phin cà phê,Chén nhỏ,Đèn xông,Lọ mứt".split(",")
SLANG = [
    "{} này xịn sò hết nước chấm.",
    "Xịn sò luôn, {} ạ.",
    "{} xịn sò, khỏi bàn.",
    "Mê {} xịn sò quá trời.",
]


def scores(sentiment=None, themes=None, problem=None):
    return Scores(sentiment=sentiment, themes=themes, problem=problem)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (scores(0.5, 0.5, 0.5), scores(0.5, 0.5, 0.5), "same"),
        (scores(None, 0.5), scores(None, 0.5), "same"),
        (scores(0.5), scores(0.5, 0.9), "same"),
        (scores(0.5, 0.5, 0.5), scores(0.9, 0.5, 0.5), "not_worse"),
        (scores(0.5, 0.5, 0.5), scores(0.9, 0.9, 0.4), "worse"),
        (scores(0.5, 0.5, 0.5), scores(0.49, 0.52, 0.5), "not_worse"),
        (scores(0.5, 0.5, 0.5), scores(0.49, 0.5, 0.5), "worse"),
        (scores(0.5), scores(0.4), "worse"),
        (scores(0.5), scores(0.6), "not_worse"),
        (scores(0.0, 0.0, 0.0), scores(0.0, 0.0, 0.0), "same"),
        (scores(), scores(), "unproven"),
        (scores(None, 0.5), scores(0.9, None), "unproven"),
    ],
)
def test_what_is_won_on_one_side_does_not_make_up_for_another(before, after, verdict):
    assert engines.judge(before, after) == verdict


@pytest.fixture
def huy():
    factories.a_shop()
    return user("manager", "Huy")


@pytest.fixture
def taught(huy):
    """Forty texts in words of this shop's own customers, which people looked at."""
    for sentence in SLANG:
        for thing in THINGS:
            factories.comment(sentence.format(thing))
    comments.read_all()
    praise = Said(sentiment="positive", problem="none", themes={"product_quality": "positive"})
    for analysis in Analysis.objects.select_related("comment"):
        corrections.correct(analysis.comment, praise, by=huy, edition=1)


def an_engine(**columns):
    columns = {"state": "ready", "base": model.load().engine, "delta": b"x", "name": "linear-2+1"} | columns
    return Engine.objects.create(asked_at=NOW, **columns)


def test_a_long_training_is_not_taken_from_who_does_it(huy):
    engines.ask(huy)
    now = timezone.now()

    assert leases.lease(engines.TRAIN, now)

    assert not engines.due(now).free(now + 2 * leases.LEASE).exists()
    assert engines.due(now).free(now + timedelta(hours=1, seconds=1)).exists()


def test_it_learns_from_no_personal_data(huy):
    """L9, L15: what is learned outlives the words it was learned from."""
    told = factories.read_comment("Gọi Lan 0912 345 678 hoặc lan.tran@example.com nhé, hàng vỡ.")
    corrections.correct(told, Said(sentiment="negative", problem="damaged"), by=huy, edition=1)

    (example,) = engines.examples()

    assert "hàng vỡ" in example.text
    assert not any(piece in example.text for piece in ("0912", "678", "lan.tran", "example.com"))


def test_it_learns_and_reads_from_then_on(taught, huy):
    engines.ask(huy)

    work.drain(engines.TRAIN)

    engine = Engine.objects.get()
    assert (engine.state, engine.is_active, engine.asked_by) == ("ready", True, huy)
    assert engine.name == f"{model.load().engine}+{engine.pk}"
    assert engine.report["seen"] + engine.report["unseen"] == 40
    assert engine.report["after"]["sentiment"] >= engine.report["before"]["sentiment"]
    made = factories.comment("Khay trà xịn sò nha.")
    comments.read_all()
    assert Analysis.objects.get(comment=made).engine == engine.name


def test_the_same_corrections_make_the_same_engine(taught, huy):
    first, second = engines.train_now(), engines.train_now()

    assert bytes(first.delta) == bytes(second.delta)


def test_one_that_makes_no_difference_waits_for_a_person(taught, huy):
    first, second = engines.train_now(), engines.train_now()

    assert [engines.makes_no_difference(one) for one in (first, second)] == [False, True]
    assert [(one.state, one.is_active) for one in Engine.objects.order_by("pk")] == [
        ("ready", True),
        ("ready", False),
    ]
    engines.activate(second, by=huy)
    assert Engine.objects.get(is_active=True) == second


def test_one_that_reads_worse_is_not_used(taught, huy, monkeypatch):
    monkeypatch.setattr(engines, "judge", lambda before, after: engines.Verdict.WORSE)

    engine = engines.train_now()

    assert (engine.state, engine.is_active) == ("refused", False)
    with pytest.raises(engines.NotReady):
        engines.activate(engine, by=huy)


def test_one_that_cannot_be_judged_waits_for_a_person(taught, huy, monkeypatch):
    monkeypatch.setattr(engines, "judge", lambda before, after: engines.Verdict.UNPROVEN)

    engine = engines.train_now()

    assert (engine.state, engine.is_active) == ("ready", False)
    engines.activate(engine, by=huy)
    assert Engine.objects.get().is_active


def test_without_corrections_there_is_nothing_to_learn(huy):
    engine = engines.train_now()

    assert (engine.state, engine.failure) == ("failed", engines.NOTHING)
    assert Event.objects.filter(verb="training failed").exists()


def test_what_the_shop_made_up_is_learned_from_too(huy):
    courier = Theme.objects.get(slug="courier")
    themes.change(courier, by=huy, examples=["Anh ship dễ thương ghê.", "Bác tài cáu gắt."])

    assert [(one.text, one.themes, one.sentiment) for one in engines.examples()] == [
        ("Anh ship dễ thương ghê.", ("courier",), None),
        ("Bác tài cáu gắt.", ("courier",), None),
    ]


def test_a_theme_of_the_shops_own_is_learned_from_its_examples(huy):
    """Issue 3, item 4: example sentences, without touching code."""
    gifts = themes.add(name_vi="Gói quà", name_en="Gift wrapping", words=[], by=huy)
    sentences = [f"{how} {what}." for how in ("Gói quà xinh với", "Thắt nơ khéo trên") for what in THINGS]
    themes.change(gifts, by=huy, examples=sentences)

    engine = engines.train_now()
    made = factories.comment("Gói quà xinh, thắt nơ khéo.")
    comments.read_all()

    assert engine.is_active
    assert engine.report["after"]["themes"] > engine.report["before"]["themes"]
    assert Mention.objects.filter(comment=made, theme=gifts).exists()


def test_one_training_at_a_time(huy):
    engines.ask(huy)

    with pytest.raises(engines.Busy):
        engines.ask(huy)
    with pytest.raises(IntegrityError), transaction.atomic():
        Engine.objects.create(asked_at=NOW)


def test_a_training_that_was_given_up_makes_room(huy):
    engines.ask(huy)
    Engine.objects.update(failed_at=NOW, failure="train the reader: KeyError")

    engines.ask(huy)

    assert sorted(Engine.objects.values_list("state", flat=True)) == ["failed", "training"]
    assert not Engine.objects.given_up().exists()


def test_the_shop_can_go_back_and_forth(huy):
    first, second = an_engine(), an_engine(is_active=True)

    engines.activate(first, by=huy)
    assert list(Engine.objects.filter(is_active=True)) == [first]
    engines.back_to_shipped(by=huy)
    engines.back_to_shipped(by=huy)

    assert not Engine.objects.filter(is_active=True).exists()
    assert second.pk
    events = Event.objects.filter(verb="engine activated").order_by("id")
    assert [event.subject for event in events] == [f"feedback.engine:{first.pk}", "feedback.engine:shipped"]


@pytest.mark.parametrize("columns", [{"base": "linear-1"}, {"state": "refused"}, {"state": "failed"}])
def test_what_cannot_read_is_not_let_to(huy, columns):
    with pytest.raises(engines.NotReady):
        engines.activate(an_engine(**columns), by=huy)


@pytest.mark.parametrize("wrong", [{"state": "refused"}, {"delta": None}])
def test_the_database_lets_nothing_read_that_is_not_ready(wrong):
    engine = an_engine(is_active=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        Engine.objects.filter(pk=engine.pk).update(**wrong)


def test_an_engine_of_before_an_update_leaves_the_reading_to_the_shipped_one(huy):
    an_engine(base="linear-0", is_active=True)
    made = factories.comment("Giao hàng trễ 5 ngày.")

    comments.read_all()

    assert Analysis.objects.get(comment=made).engine == model.load().engine


def test_the_shops_own_words_are_looked_for_at_once(huy):
    """Issue 3, item 4: without touching code."""
    themes.add(name_vi="Khắc tên", name_en="Engraving", words=["khắc tên", "engraved"], by=huy)
    late = Theme.objects.get(slug="courier")
    themes.change(late, by=huy, words=["anh giao hỏa tốc"])
    for text in (
        "Khắc tên bị sai chính tả, buồn ghê.",
        "The engraved letters look lovely.",
        "Anh giao hỏa tốc cộc cằn.",
    ):
        factories.comment(text)

    comments.read_all()

    found = Mention.objects.filter(theme__slug__in=["engraving", "courier"]).order_by("comment")
    assert [(one.theme.slug, one.words) for one in found] == [
        ("engraving", ["Khắc tên"]),
        ("engraving", ["engraved"]),
        ("courier", ["Anh giao hỏa tốc"]),
    ]


def test_a_batch_asks_once_what_reads(huy, django_assert_num_queries):
    engines.at_work()

    with django_assert_num_queries(1):
        again = engines.at_work()

    assert again.reader is engines.at_work().reader


def test_a_killed_training_is_done_again_and_counts_once(taught, huy):
    engines.ask(huy)
    (row,) = leases.lease(engines.TRAIN, NOW)
    Engine.objects.update(leased_by="another-machine/1/1")

    with pytest.raises(leases.LeaseLost):
        engines.train([row], NOW)

    assert Engine.objects.get().state == "training"
    assert not Event.objects.filter(verb="engine trained").exists()
