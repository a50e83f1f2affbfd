"""A shop with two sources, its people, and reviews as they stand after each step."""

# Models are imported inside: asked for this folder only, pytest reads this before Django is set up.
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone


@pytest.fixture(autouse=True)
def _fresh_shop(settings, tmp_path):
    from feedback import shop

    settings.OUTBOX_DIR = tmp_path / "outbox"
    shop.forget()
    yield
    shop.forget()


@pytest.fixture
def lan_pottery(db):
    from feedback import shop
    from feedback.models import Shop

    signatures = {"signature_vi": "Tiệm Gốm Lan", "signature_en": "Lan Pottery"}
    made = Shop.objects.create(pk=1, name="Tiệm Gốm Lan", set_up_at=timezone.now(), **signatures)
    shop.forget()
    return made


@pytest.fixture
def own(lan_pottery):
    from reviews.models import Source

    return Source.objects.create(slug="own", name="Our page", kind="own")


@pytest.fixture
def map_site(lan_pottery):
    from reviews.models import Source

    return Source.objects.create(
        slug="map-site", name="Map site", kind="file", limit_kind="bytes", limit_size=4096
    )


@pytest.fixture
def person(db):
    """`person("approver", "Mai")`: somebody who works for the shop."""
    from django.contrib.auth.models import Group

    from feedback.models import User

    def make(role, name=None):
        user = User.objects.create_user(username=name or role, password="pottery wheel turning")
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


@pytest.fixture
def bao(person):
    return person("staff", "Bảo")


@pytest.fixture
def mai(person):
    return person("approver", "Mai")


@pytest.fixture
def record():
    """`record(text="…", stars=1)`: one review of Lan's, broken teapot and all, but for what is given."""
    from reviews.records import ReviewRecord

    def make(external_id="r1", text="Ấm bị vỡ khi mở hộp, thất vọng quá.", stars=2, **rest):
        said_at = rest.pop("said_at", datetime(2026, 11, 1, 3, tzinfo=UTC))
        return ReviewRecord(external_id=external_id, text=text, said_at=said_at, stars=stars, **rest)

    return make


@pytest.fixture
def receive(record):
    """Take one review in and answer it, as the jobs do: `reply = receive(source, text=…)`."""
    from feedback import comments
    from reviews import drafting, intake
    from reviews.models import Review

    def run(source, **words):
        taken = record(**words)
        intake.receive_many(source, [taken])
        comments.read_all()
        drafting.answer_all()
        review = Review.objects.get(source=source, external_id=taken.external_id)
        return review.replies.exclude(state="discarded").order_by("-pk").first()

    return run


@pytest.fixture
def later():
    return timezone.now() + timedelta(minutes=10)
