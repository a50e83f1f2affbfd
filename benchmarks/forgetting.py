"""Erase one of 10,000 customers, and a night's letting go over 10,000 of whom 1,000 are past their years.

    .venv/bin/python benchmarks/forgetting.py [--customers 10000] [--past 1000] [--erased 20]

Each customer has an order with a line, a review that was taken in, read, decided and drafted by the real
jobs, a letter, an answered survey, and a consent. SQLite in a file; DATABASE_URL names another, empty one.
An erasure is all its looks: stop, files and tables, and the second look; the minute between them is not
counted. The same in a shop of 100 customers stands beside: an erasure must not grow with the shop.
Exits with 1 when a limit is missed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
FEW = 100  # customers of the small shop
LIMITS = {
    "one erasure, processor seconds": 1.0,
    "among many : among few": 3.0,
    "a night, nothing is past, seconds": 5.0,
    "a night : so many erasures by themselves": 1.5,
}
_SENTENCES = (
    "Giao hàng trễ {n} ngày, hộp móp, thất vọng.",
    "Đẹp lắm, men bóng, gói rất kỹ. Lần thứ {n} mua ở đây!",
    "Arrived {n} days late and the handle was broken.",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=10_000)
    options.add_argument("--past", type=int, default=1_000)
    options.add_argument("--erased", type=int, default=20)
    options.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.part:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(_measure(folder, chosen)))
        return
    many, few = _part(chosen.customers, chosen.past, chosen.erased), _part(FEW, 10, chosen.erased)
    sys.exit(_report(chosen, many, few))


def _part(customers: int, past: int, erased: int) -> dict[str, float]:
    """A process and a database of its own."""
    numbers = {"--customers": customers, "--past": past, "--erased": erased}
    asked = [word for name, number in numbers.items() for word in (name, str(number))]
    return json.loads(subprocess.check_output([sys.executable, __file__, "--part", *asked]))


def _start_django(folder: str) -> None:
    os.environ |= {"SECRET_KEY": "benchmark", "DATA_DIR": folder, "LOG_LEVEL": "ERROR"}
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _measure(folder: str, chosen: argparse.Namespace) -> dict[str, float]:
    _start_django(folder)
    from feedback import retention
    from feedback.models import Customer, Erasure

    _fill(chosen.customers, chosen.past)
    took: dict[str, float] = {}
    some = list(Customer.objects.order_by("-pk")[: chosen.erased])
    each = [_timed(lambda one=one: _erase(one)) for one in some]
    took["wall"] = statistics.median(wall for wall, _cpu in each)
    took["cpu"] = statistics.median(cpu for _wall, cpu in each)
    took["looks"], _cpu = _timed(lambda: list(retention.foresee(_now())))
    took["night"], took["night_cpu"] = _timed(_night)
    took["gone"] = Erasure.objects.filter(how="retention", stage="finished").count()
    for row in Erasure.objects.exclude(stage="finished").values("stage", "tries", "failure", "retry_at")[:5]:
        print("not finished:", row, _now(), file=sys.stderr)
    took["idle"], _cpu = _timed(_night)
    return took


def _now():
    from django.utils import timezone

    return timezone.now()


def _timed(act) -> tuple[float, float]:
    """Seconds on the wall, and of this process's processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - cpu


def _erase(customer) -> None:
    from feedback import erasure

    erasure.ask(customer, how="page")
    _to_the_end()


def _to_the_end() -> None:
    """Every look, as if the minutes between them had passed."""
    from feedback import erasure, leases

    for later in range(4):
        while leases.run_once(erasure.ERASE, _now() + timedelta(minutes=2 * later)):
            pass


def _night() -> None:
    from feedback import retention, work

    retention.begin(_now())
    work.drain(retention.KEEP)
    _to_the_end()


def _fill(customers: int, past: int) -> None:
    """The first `past` of them were last heard of four years ago, all others last month."""
    from feedback import comments
    from feedback.models import Case, Comment, Consent, Customer, Order, OrderLine, OutgoingMail, Shop
    from reviews import drafting, intake
    from reviews.models import Review, Source
    from reviews.records import ReviewRecord

    now = _now()
    Shop.objects.create(pk=1, name="Shop", currency="VND", set_up_at=now)
    at = [now - timedelta(days=1461 if n < past else 30) for n in range(customers)]
    people = Customer.objects.bulk_create(
        [
            Customer(name=f"Buyer {n}", email=f"buyer{n}@example.com", phone=f"+849{n:08}", since=at[n])
            for n in range(customers)
        ]
    )
    orders = Order.objects.bulk_create(
        [
            Order(
                number=f"N-{n}", customer=one, placed_at=at[n], currency="VND", total=500_000,
                card_number=f"4111 {n:08}", received_at=at[n],
            )
            for n, one in enumerate(people)
        ]
    )  # fmt: skip
    OrderLine.objects.bulk_create([OrderLine(order=one, name="Teapot", price=500_000) for one in orders])
    Consent.objects.bulk_create(
        [
            Consent(customer=one, purpose="advertising", wording="w", channel="web", given_at=at[n])
            for n, one in enumerate(people)
        ]
    )
    OutgoingMail.objects.bulk_create(
        [
            OutgoingMail(
                kind="service", state="sent", to=one.email, customer=one, language="vi", subject=one.name,
                text=one.name, message_id=f"<{n}@shop>", made_at=at[n], sent_at=at[n],
            )
            for n, one in enumerate(people)
        ]
    )  # fmt: skip
    source = Source.objects.create(slug="map", name="Map", kind="file")
    intake.receive_many(
        source,
        (
            ReviewRecord(
                external_id=f"r{n}", text=_SENTENCES[n % 3].format(n=n), author=f"Buyer {n}",
                stars=n % 5 + 1, said_at=at[n], order_number=f"N-{n}",
            )
            for n in range(customers)
        ),
    )  # fmt: skip
    comments.read_all()
    drafting.answer_all()
    _ask_all(people, orders, at)
    for n in range(past):  # long settled
        Comment.objects.filter(customer=people[n]).update(received_at=at[n])
        Case.objects.filter(customer=people[n]).update(state="closed", closed_at=at[n])
    assert Review.objects.count() == customers


def _ask_all(people, orders, at) -> None:
    """An invitation with its link, and what was answered."""
    from decimal import Decimal

    from surveys import publishing
    from surveys.models import Answer, Invitation, InvitationToken, Response

    survey = publishing.start_post_purchase(
        name="After buying", reward_amount=Decimal(50_000), currency="VND", now=min(at)
    )
    version = survey.versions.get()
    asked = Invitation.objects.bulk_create(
        [
            Invitation(
                survey=survey, order=order, customer=one, state="sent", language="vi", made_at=at[n],
                send_at=at[n], sent_at=at[n], expires_at=at[n] + timedelta(days=30), public_id=f"i{n:015}",
            )
            for n, (one, order) in enumerate(zip(people, orders, strict=True))
        ]
    )  # fmt: skip
    InvitationToken.objects.bulk_create(
        [InvitationToken(invitation=one, digest=f"{one.pk:064}", minted_at=one.made_at) for one in asked]
    )
    given = Response.objects.bulk_create(
        [
            Response(
                invitation=one, version=version, state="finished", language="vi", started_at=one.made_at,
                finished_at=one.made_at, counted_at=one.made_at, public_id=f"p{n:015}",
            )
            for n, one in enumerate(asked)
        ]
    )  # fmt: skip
    Answer.objects.bulk_create(
        [
            Answer(response=one, question=question, kind=kind, words="?", value=value)
            for one in given
            for question, kind, value in (("story", "text_long", "Buyer said so"), ("recommend", "nps", 9))
        ]
    )


def _report(chosen: argparse.Namespace, many: dict[str, float], few: dict[str, float]) -> int:
    alone = many["cpu"] * many["gone"]
    found = {
        "one erasure, processor seconds": many["cpu"],
        "among many : among few": many["cpu"] / few["cpu"],
        "a night, nothing is past, seconds": many["idle"],
        "a night : so many erasures by themselves": many["night_cpu"] / alone,
    }
    print(f"{chosen.customers} customers; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"one erasure: {many['wall']:.2f} s, {many['cpu']:.2f} s of processor; of {FEW}: {few['cpu']:.2f}")
    print(f"what would go, listed by table: {many['looks']:.1f} s")
    print(f"a night: {many['gone']:.0f} people and the rest in {many['night']:.0f} s")
    missed = 0
    for name, limit in LIMITS.items():
        missed += found[name] > limit
        print(f"{'ok    ' if found[name] <= limit else 'MISSED'} {name}: {found[name]:.2f} (at most {limit})")
    return 1 if missed else 0


if __name__ == "__main__":
    main()
