"""The customers behind a number of a report, in a shop of many: any page of each list.

    .venv/bin/python benchmarks/lists.py [--orders 1000000] [--rounds 5]

A fresh database as `sweep.py` makes it (a tenth as many customers as orders; DATABASE_URL for PostgreSQL). A
third of the customers bought at one place, one product and with a promised day; one in eight said something
in the last year, one in 24 complained. Then the jobs that count, each with its seconds, and of each list the
first page, the middle one and the last: milliseconds until the page is drawn, and how long this process and
the server's that works for it had the processor. Medians.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import customers
import sweep

PARTS = [("location", "hue", ""), ("category", "Bát", ""), ("product", "CUP", ""),
         ("promise", "delivery", "late"), ("fit", "CUP", "2")]  # fmt: skip
RULES = [{"kind": "days", "days": "90"}, {"kind": "interval", "times": "2.5", "at_least": "45"}]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--orders", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    os.environ["ALLOWED_HOSTS"] = "testserver"
    with tempfile.TemporaryDirectory() as folder, customers.database(folder):
        sweep._make(chosen.orders)
        _more(chosen.orders // 10)
        _count()
        _ask(chosen.rounds)
    print(f"load of the machine: {os.getloadavg()[1]:.1f}")


def _more(people: int) -> None:
    """Places, products, promised days, words and complaints."""
    from django.utils import timezone

    from feedback import bulk
    from feedback.models import Case, Comment, Customer, Location, Product

    now = timezone.now()
    place = Location.objects.create(code="hue", name_vi="Huế", name_en="Huế")
    cup = Product.objects.create(sku="CUP", name_vi="Tách", name_en="Cup", category="cups", currency="VND")
    came = f"CASE WHEN id % 20 = 0 THEN {_days_later(5)} ELSE {_days_later(2)} END"
    theirs = f"customer_id < {people // 3}"
    sweep._run(
        f"UPDATE feedback_order SET location_id = {place.pk}, promised_on = {_days_later(3)},"
        f" delivered_on = {came} WHERE {theirs}"
    )
    sweep._run(
        f"UPDATE feedback_orderline SET product_id = {cup.pk}, quantity = 1 + id % 5"
        f" WHERE order_id IN (SELECT id FROM feedback_order WHERE {theirs})"
    )
    said = {"text": "chậm", "channel": "review", "source": "own", "why": "unsolicited"}
    who = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[::8])
    days = [now - timedelta(days=number % 360) for number in range(len(who))]
    keys = bulk.write(Comment, [said | {"said_at": at, "received_at": at, "customer_id": one}
                                for one, at in zip(who, days, strict=True)])  # fmt: skip
    ended = {"state": "closed", "closed_at": now, "resolved_first_time": True}
    bulk.write(Case, [ended | {"comment_id": key, "customer_id": one, "opened_at": at}
                      for key, one, at in list(zip(keys, who, days, strict=True))[::3]])  # fmt: skip
    sweep._run("VACUUM ANALYZE" if sweep._is_postgresql() else "ANALYZE")


def _days_later(days: int) -> str:
    if sweep._is_postgresql():
        return f"(placed_at + interval '{days} days')::date"
    return f"date(placed_at, '+{days} days')"


def _count() -> None:
    """The jobs that find the numbers, and keep the lists."""
    from django.utils import timezone

    from feedback import defections, expected, leases, leaving, tenure
    from feedback.front import headlines

    now = timezone.now()
    jobs: dict[str, Callable[[], Any]] = {
        "who left": lambda: leases.run_once(defections.FIND, now),
        "values": lambda: expected.find_now(now),
        "tenure": lambda: tenure.find_now(now),
        "parts": lambda: leaving.find_now(now),
        "headlines": headlines.find_now,
    }
    for name, job in jobs.items():
        took, cpu, server = _timed(job)
        print(f"{name:<12}{took:>7.1f} s, processor {cpu:.1f} + {server:.1f}", flush=True)
    sweep._run("VACUUM ANALYZE" if sweep._is_postgresql() else "ANALYZE")


def _lists() -> Iterator[tuple[str, dict[str, Any]]]:
    from django.utils import timezone

    from feedback import shop
    from feedback.front import headlines, silence

    for who in ("left", "all"):
        yield "departed", {"who": who}
        yield "departed", {"who": who, "quarter": "2025-01-01"}
    for threshold in ("20000000", "1000000"):
        yield "valued", {"threshold": threshold}
    for who in ("all", "stayed"):
        yield "tenure_people", {"year": 1, "who": who}
    for kind, key, group in PARTS:
        for who in ("left", "all", "complained", "others"):
            yield "leaving_people", {"kind": kind, "key": key, "group": group, "who": who}
    months = headlines.newest(shop.day(timezone.now()))["silent"].data["months"]
    for who in silence.WHO:
        yield "silence_people", {"month": months[0]["first"], "who": who}
    for who in ("solved", "unsolved"):
        yield "service_people", {"who": who, "from": months[2]["first"]}
    yield "service_cases", {"from": months[2]["first"]}
    for rule in RULES:
        yield "defection_rule_people", rule


def _ask(rounds: int) -> None:
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    from feedback.models import User

    setup_test_environment()
    client = Client()
    client.force_login(User.objects.get(username="huy"))
    for name, query in _lists():
        client.get(reverse(name), query)  # what a worker reads once, and a rule's customers
        pages = client.get(reverse(name), query).context["page"].paginator
        told = []
        for number in (1, pages.num_pages // 2 or 1, pages.num_pages):
            ask = partial(client.get, reverse(name), query | {"page": number})
            asked = [_timed(ask) for _round in range(rounds)]
            took, cpu = (statistics.median(one[place] for one in asked) * 1000 for place in (0, 1))
            server = sum(one[2] for one in asked) / rounds * 1000  # it is told in hundredths of a second
            told.append(f"{took:.0f} ({cpu:.0f} + {server:.0f})")
        print(f"{name} {' '.join(map(str, query.values()))}, {pages.count:,}: {', '.join(told)}", flush=True)


def _timed(what: Callable[[], Any]) -> tuple[float, float, float]:
    before = time.perf_counter(), time.process_time(), sweep._served()
    what()
    after = time.perf_counter(), time.process_time(), sweep._served()
    took, cpu, server = (end - begin for begin, end in zip(before, after, strict=True))
    return took, cpu, server


if __name__ == "__main__":
    sys.exit(main())
