from contextlib import ExitStack, contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

# Models are imported within: Django starts only after pytest has read this file.


@pytest.fixture(autouse=True)
def _kept_for_one_test(monkeypatch):
    """What is kept for seconds stays for the whole test, so that no count depends on the clock."""
    from surveys import sheets

    sheets.forget()
    monkeypatch.setattr(sheets, "_KEEP_SECONDS", 10**9)


@pytest.fixture
def all_well():
    return {"problem": "none", "expectation": "above", "recommend": "9", "touchpoint": "delivery"}


@pytest.fixture
def now():
    """Eleven in the morning of the shop's day: mail that asks goes out by day only."""
    at_eleven = timezone.now().replace(hour=4, minute=0, second=0, microsecond=0)
    return at_eleven if at_eleven <= timezone.now() else at_eleven - timedelta(days=1)


@pytest.fixture
def the_shop(db):
    from feedback import shop
    from feedback.models import Shop

    shop.forget()
    yield Shop.objects.create(
        pk=1, name="Tiệm Gốm Lan", currency="VND", zone="Asia/Ho_Chi_Minh", language="vi"
    )
    shop.forget()


@pytest.fixture
def survey(the_shop, now):
    from surveys import publishing

    return publishing.start_post_purchase(
        name="After buying", reward_amount=Decimal(50_000), currency="VND", now=now - timedelta(days=1)
    )


@pytest.fixture
def buy(the_shop, now):
    """An order of a new customer, who likes mail about rewards."""
    from feedback.models import Consent, Customer, Order
    from surveys.invitations import CONSENT

    def buy(number, name="Lan", **customer):
        email = customer.pop("email", f"{name.lower()}{number}@example.com")
        buyer = Customer.objects.create(name=name, email=email, since=now, **customer)
        Consent.objects.create(customer=buyer, purpose=CONSENT, wording="1", channel="checkout", given_at=now)
        return Order.objects.create(
            number=number, customer=buyer, placed_at=now, total=Decimal(400_000), received_at=now
        )

    return buy


@pytest.fixture
def invite(survey, buy, now):
    """An invitation by link, of a new customer each time, as the page finds it."""
    from surveys import invitations

    count = iter(range(1042, 9999))

    def invite(**options):
        order = buy(str(next(count)))
        return invitations.invite(survey, order=order, as_link=True, now=now, **options)

    return invite


@pytest.fixture
def token(invite):
    from surveys import invitations

    return invitations.mint(invite())


@pytest.fixture
def address(token):
    return f"/s/{token}/"


@pytest.fixture
def filled(all_well):
    """A posted page with these answers over a contented customer's."""

    def filled(**answers):
        return {"action": "finish"} | {f"q-{name}": value for name, value in (all_well | answers).items()}

    return filled


@pytest.fixture
def statements():
    """How many statements a block sends, savepoints aside."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    @contextmanager
    def statements(at_most):
        with CaptureQueriesContext(connection) as captured:
            yield
        sent = [one["sql"] for one in captured if "SAVEPOINT" not in one["sql"]]
        assert len(sent) <= at_most, "\n".join(sent)

    return statements


@pytest.fixture
def webshop(db, settings, monkeypatch, now):
    """`webshop("shopify")`: a fake one that is open, and our row that says where it is."""
    from feedback import web
    from surveys.models import CouponShop
    from tests.surveys import fake_webshop

    settings.SOURCE_LOCAL_HOSTS = ["127.0.0.1"]
    settings.SOURCE_SECRETS = {
        "SOURCE_GOM_SHOP_KEY": fake_webshop.KEY,
        "SOURCE_GOM_SHOP_SECRET": fake_webshop.SECRET,
    }
    monkeypatch.setattr(web, "READ_SECONDS", 0.15)
    with ExitStack() as stack:

        def make(kind="woocommerce"):
            made = fake_webshop.FakeWebshop()
            made.row = CouponShop.objects.create(
                slug="gom-shop", name="Gốm", kind=kind, currency="VND", since=now - timedelta(days=1),
                base_url=stack.enter_context(fake_webshop.open_webshop(made)),
            )  # fmt: skip
            return made

        yield make


@pytest.fixture
def reward(invite, all_well, now):
    from surveys import responses

    return responses.submit(invite(), all_well, language="vi", now=now).reward


@pytest.fixture
def make_coupons(now):
    """The jobs, so often, an hour later each time."""
    from feedback import leases
    from surveys import coupons

    def make_coupons(times=1, at=now):
        for n in range(times):
            moment = at + timedelta(hours=n)
            for job in (coupons.PLAN, coupons.DO, coupons.LOOK):
                while leases.run_once(job, moment):
                    pass

    return make_coupons
