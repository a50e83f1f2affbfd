"""Send invitations through a slow mail server: how long, and is each one there, once.

    .venv/bin/python benchmarks/invitations.py [--count 10000] [--latency 50] [--kills 5]

On SQLite, or on PostgreSQL where DATABASE_URL names an empty database.
A mail server on this machine waits `--latency` milliseconds before it answers each command, as one far away
does. `manage.py work` sends; it is killed (kill -9) `--kills` times on the way and started again each time.
The figure is the whole time from the first start to the last mail; the orders, customers and plan are made
before. Asked for: 10,000 in 15 minutes, none lost, at most one extra for each kill, with the same Message-ID.
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


class SlowServer:
    """Answers every command late; keeps the Message-ID of what it took."""

    def __init__(self, latency: float) -> None:
        self.latency, self.taken = latency, []

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        await asyncio.sleep(self.latency)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        await asyncio.sleep(self.latency)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        await asyncio.sleep(self.latency)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        """The answer to the whole mail; the one to the word DATA is aiosmtpd's own and comes at once."""
        await asyncio.sleep(self.latency)
        head = envelope.content.split(b"\r\n\r\n", 1)[0].decode("ascii", "replace")
        line = next(one for one in head.split("\r\n") if one.lower().startswith("message-id:"))
        self.taken.append(line.partition(":")[2].strip())
        return "250 OK"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--latency", type=int, default=50, help="milliseconds")
    options.add_argument("--kills", type=int, default=5)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        _prepare(folder, port)
        _shop(chosen.count)
        server = _serve(chosen.latency / 1000, port)
        seconds = _send(server.handler, chosen.count, chosen.kills)
        server.stop()
        _report(chosen, server.handler.taken, seconds)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def _prepare(folder: str, port: int) -> None:
    os.environ |= {"SECRET_KEY": "benchmark", "DATA_DIR": folder, "LOG_LEVEL": "ERROR"}
    os.environ |= {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "BASE_URL": "http://localhost"}
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _shop(count: int) -> None:
    """Orders whose time has come, of customers who agreed, and a plan that asks them all."""
    from datetime import time as clock

    from django.utils import timezone

    from feedback import postage, shop
    from feedback.models import Consent, Customer, Order, Shop
    from surveys import invitations, publishing
    from surveys.models import Plan

    now = timezone.now()
    Shop.objects.update_or_create(pk=1, defaults={"name": "Gốm Nhà Mình", "currency": "VND"})
    shop.forget()
    # The hour of the day is no part of the figure. Without a reward it may be any.
    postage.set_class("question", opens=clock(0), closes=clock(23, 59, 59), per_day=None)
    survey = publishing.start_post_purchase(name="bench", reward_amount=None, currency="VND", now=now)
    buyers = Customer.objects.bulk_create(
        Customer(name="Lan", email=f"lan{n}@example.com", since=now) for n in range(count)
    )
    Consent.objects.bulk_create(
        Consent(customer=one, purpose=invitations.CONSENT, wording="1", channel="checkout", given_at=now)
        for one in buyers
    )
    day = shop.day(now) - timedelta(days=10)
    Order.objects.bulk_create(
        Order(number=f"{n}", customer=one, placed_at=now, received_at=now, total=100_000, delivered_on=day)
        for n, one in enumerate(buyers)
    )
    Plan.objects.create(
        survey=survey, since=day - timedelta(days=1), made_at=now, look_at=now, reminders=0, cooldown_days=0
    )


def _serve(latency: float, port: int):
    from aiosmtpd.controller import Controller

    controller = Controller(SlowServer(latency), hostname="127.0.0.1", port=port)
    controller.start()
    return controller


def _send(server: SlowServer, count: int, kills: int) -> float:
    """Until the server has them all and the database knows it; killed at even distances."""
    from surveys.models import Invitation

    steps = [count * (n + 1) // (kills + 1) for n in range(kills)]
    began = time.monotonic()
    for step in [*steps, count]:
        worker = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT)
        while len(set(server.taken)) < step:
            time.sleep(0.05)
            if worker.poll() is not None:
                sys.exit("the worker ended by itself")
        if step < count:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    seconds = time.monotonic() - began
    while Invitation.objects.filter(mail__state="waiting").exists():
        time.sleep(0.1)
    worker.terminate()
    worker.wait(60)
    return seconds


def _report(chosen: argparse.Namespace, taken: list[str], seconds: float) -> None:
    from feedback.models import OutgoingMail

    written = set(OutgoingMail.objects.values_list("message_id", flat=True))
    counts = Counter(taken)
    lost = len(written - counts.keys())
    extra = sum(counts.values()) - len(counts)
    print(f"{chosen.count} invitations, {chosen.latency} ms, {chosen.kills} kills: {seconds:.0f} s", end=" ")
    print(f"({chosen.count / seconds:.1f} a second); {lost} lost, {extra} extra, all with a known Message-ID")
    if lost or extra > chosen.kills or counts.keys() - written:
        sys.exit("not as asked for")


if __name__ == "__main__":
    main()
