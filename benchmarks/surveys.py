"""Open and submit a survey of ten questions at 20 clients: ours, a bare Django form view, another app.

    .venv/bin/python benchmarks/surveys.py [--flows 400] [--clients 20] [--rounds 5] [--burst 200]

All run under the web server of `make run` (gunicorn, two workers of four threads) on SQLite, or on PostgreSQL
where DATABASE_URL names an empty database; they take turns, with the same settings of the database. A flow is
what a browser does as a new visitor: GET the form, POST it, GET the page it redirects to, on one connection.
CPU is that of the web server's processes alone, user and system; the clients are a process of their own.

- ours: every answer is a complaint with two texts, so that a submit writes a response, ten answers, three
  comments, a case, a reward, a mail with its code and chained events, in one transaction;
- bare: what `startproject` makes, an ordinary Form with the same questions, one row inserted;
- django-survey-and-report, in an environment of its own (var/benchmarks; its index is asked once);
- barest: one field, three middlewares, no sessions.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import survey_clients
import survey_servers
from survey_clients import Flow
from survey_servers import PORT, ROOT, SITES, Site

sys.path.insert(0, str(ROOT))  # before this folder: the package `surveys` is not this file

STORY = "Hàng đến trễ ba ngày và hộp bị móp, gọi hỏi không ai trả lời."
ANSWERS = {
    "problem": "not_solved",
    "expectation": "below",
    "recommend": "4",
    "touchpoint": "delivery",
    "packed": "2",
    "liked": ["quality", "price"],
    "again": "yes",
    "product": "Bình gốm men lam",
    "story": STORY,
    "wish": "Gửi lại cho tôi một chiếc khác.",
}
OURS = "survey with reward, case and mail"


@dataclass(frozen=True, slots=True)
class Measured:
    """Flows a second; 95 of 100 take at most `p95` ms; `cpu` ms of the server for each."""

    speed: float
    p95: float
    cpu: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--flows", type=int, default=400)
    options.add_argument("--clients", type=int, default=20)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--burst", type=int, default=200)
    options.add_argument("--only", nargs="*", help="ours, bare, peer, barest")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sites = _sites(Path(folder), chosen.only or ["ours", "bare", "peer", "barest"])
        rounds = [_round(sites, chosen.flows, chosen.clients) for _ in range(chosen.rounds)]
        _report(chosen, sites, rounds)
        if "ours" in sites:
            _burst(sites["ours"], chosen.burst)


def _sites(folder: Path, names: Sequence[str]) -> dict[str, Site]:
    url = os.environ.get("DATABASE_URL", "") or f"sqlite:///{folder}/ours.sqlite3"
    ours = _ours(folder, url)
    if not url.startswith("sqlite"):
        _make_schemas("bare_site", "peer_site", "barest")
    os.environ.pop("DJANGO_SETTINGS_MODULE")  # the others' own
    makers = {
        "ours": lambda: ours,
        "bare": lambda: survey_servers.bare(folder, url, ANSWERS),
        "peer": lambda: survey_servers.peer(folder, url, ANSWERS),
        "barest": lambda: survey_servers.barest(folder, url, STORY),
    }
    return {name: makers[name]() for name in names}


def _ours(folder: Path, url: str) -> Site:
    own = {"SECRET_KEY": "benchmark", "DATA_DIR": str(folder), "BASE_URL": f"http://127.0.0.1:{PORT}"}
    own |= {"LOG_LEVEL": "ERROR", "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "feedback.settings"}
    os.environ |= own
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    survey = _live_survey()
    return Site(
        label=OURS,
        python=Path(sys.executable),
        application="feedback.wsgi",
        folder=ROOT,
        ready="/healthz",
        env=own,
        flows=lambda count: _invited(survey, count),
        stored=_finished,
    )


def _live_survey():
    import json

    from django.utils import timezone

    from feedback import shop
    from feedback.models import Shop
    from surveys import publishing
    from surveys.models import Survey

    now = timezone.now()
    Shop.objects.update_or_create(pk=1, defaults={"name": "Gốm Nhà Mình", "currency": "VND"})
    shop.forget()
    survey = Survey.objects.create(
        slug="bench", name="bench", reward_amount=50_000, reward_currency="VND", budget=10**9, made_at=now
    )
    definition = json.loads((SITES / "ten_questions.json").read_text(encoding="utf-8"))
    publishing.publish(survey, definition, now=now)
    return survey


def _invited(survey, count: int) -> list[Flow]:
    """A customer, an order and a secret link for each."""
    from django.utils import timezone

    from feedback.models import Customer, Order
    from surveys import invitations

    now, sent = timezone.now(), {f"q-{name}": given for name, given in ANSWERS.items()}
    flows = []
    for number in range(count):
        customer = Customer.objects.create(name="Lan", email=f"{time.time_ns()}@example.com", since=now)
        order = Order.objects.create(
            number=f"{time.time_ns()}", customer=customer, placed_at=now, received_at=now, total=number
        )
        invitation = invitations.invite(survey, order=order, as_link=True, now=now)
        token = invitations.mint(invitation, "bench", now)
        flows.append(Flow(f"/s/{token}/?all=1", {**sent, "action": "finish"}))
    return flows


def _finished() -> int:
    """Those that have all that they must have."""
    from surveys.models import Response

    return Response.objects.filter(state="finished", reward__state="issued").count()


def _make_schemas(*names: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
            cursor.execute(f"CREATE SCHEMA {name}")


def _round(sites: dict[str, Site], flows: int, clients: int) -> dict[str, Measured]:
    return {name: _measured(site, flows, clients) for name, site in sites.items()}


def _measured(site: Site, flows: int, clients: int) -> Measured:
    """Once its workers are warm: each reads its templates and words once."""
    before, known = 4 * clients, site.stored()
    visitors = site.flows(before + flows)
    with site.served() as cpu:
        survey_clients.run(visitors[:before], PORT, clients)
        used = cpu()
        seconds, took = survey_clients.run(visitors[before:], PORT, clients)
        used = cpu() - used
    if (stored := site.stored() - known) != before + flows:
        sys.exit(
            f"{site.label}: {stored} of {before + flows} were stored: the figures would be worth nothing"
        )
    found = Measured(flows / seconds, took[int(len(took) * 0.95)] * 1000, used / flows * 1000)
    print(f"{site.label}: {found}", file=sys.stderr, flush=True)
    return found


def _report(chosen, sites: dict[str, Site], rounds: Sequence[dict[str, Measured]]) -> None:
    print(f"{chosen.flows} flows, {chosen.clients} clients, {chosen.rounds} rounds, medians; load", end=" ")
    print(" ".join(f"{one:.1f}" for one in os.getloadavg()))
    for name, site in sites.items():
        speed, p95, cpu = (
            statistics.median(getattr(one[name], what) for one in rounds) for what in ("speed", "p95", "cpu")
        )
        print(f"{site.label:<48}{speed:>7.0f} flows/s{p95:>7.0f} ms p95{cpu:>7.2f} ms CPU", end="")
        if name != "ours" and "ours" in sites:
            faster = statistics.median(one["ours"].speed / one[name].speed for one in rounds)
            dearer = statistics.median(one["ours"].cpu / one[name].cpu for one in rounds)
            print(f"   ours: {faster:.2f} x its flows/s, {dearer:.2f} x its CPU", end="")
        print()


def _burst(site: Site, count: int) -> None:
    known, visitors = site.stored(), site.flows(count + 80)
    with site.served():
        survey_clients.run(visitors[count:], PORT, 20)
        statuses, took = survey_clients.burst(visitors[:count], PORT)
    stored = site.stored() - known - 80
    failed = sum(status >= 500 for status in statuses)
    print(f"{count} submits at once: {stored} stored, {failed} answered 5xx, last answer {took[-1]:.2f} s")


if __name__ == "__main__":
    main()
