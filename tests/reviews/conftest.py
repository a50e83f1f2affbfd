"""A shop with two sources, its people, and reviews as they stand after each step."""

# Models are imported inside: asked for this folder only, pytest reads this before Django is set up.
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone


@pytest.fixture(autouse=True)
def _fresh_shop(settings, tmp_path):
    from feedback import drawn, shop

    settings.OUTBOX_DIR = tmp_path / "outbox"
    shop.forget(), drawn.forget()
    yield
    shop.forget(), drawn.forget()


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


class Clock:
    """The time of a test, which passes only when it is told to."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def run(self, job):
        """As often as the job finds something to do. How many leases that were."""
        from feedback import leases

        return sum(iter(lambda: leases.run_once(job, self.now), 0))

    def run_until_rest(self, job, until):
        """The job over and over; between, time jumps to where something is due again."""
        from reviews.models import Polling

        for _ in range(2000):
            self.run(job)
            if until():
                return
            polling = Polling.objects.get()
            due = [moment for moment in (polling.next_at, polling.quiet_until) if moment]
            self.now = max([self.now + timedelta(seconds=1), *due])
        raise AssertionError("it never came to rest")


@pytest.fixture
def clock():
    return Clock(timezone.now())


@pytest.fixture
def woo(lan_pottery, settings, monkeypatch, clock):
    """`woo(faults="500:.1")`: a fake shop that is open, and the source that asks it."""
    from contextlib import ExitStack

    from feedback import web
    from reviews.models import Polling, Source
    from tests.reviews import fake_shop

    settings.SOURCE_LOCAL_HOSTS = ["127.0.0.1"]
    settings.SOURCE_SECRETS = {
        "SOURCE_GOM_KEY": fake_shop.KEY,
        "SOURCE_GOM_SECRET": fake_shop.SECRET,
        "SOURCE_GOM_REPLY_PASSWORD": fake_shop.PASSWORD,
    }
    monkeypatch.setattr(web, "READ_SECONDS", 0.15)

    with ExitStack() as stack:

        def make(**arguments):
            made = fake_shop.FakeShop(clock=clock, **arguments)
            made.base_url = stack.enter_context(fake_shop.open_shop(made))
            made.source = Source.objects.create(
                slug="gom", name="Gốm", kind="woocommerce", limit_kind="bytes", limit_size=65_525
            )
            Polling.objects.create(
                source=made.source, base_url=made.base_url, reply_account=fake_shop.ACCOUNT
            )
            return made

        yield make
