"""A survey with 1,000,000 answers: its results page, all of them taken along; 100,000 reviews from a file.

    .venv/bin/python benchmarks/results.py [--answers 1000000] [--rows 100000] [--keep FOLDER]
                                           [--only page|export|import]

reliability.md LD4 to LD6. Makes the answers itself, five a response, over 24 months, in both languages, with
orders, products, touchpoints and words; the totals of the page are then kept by the real job. A second survey
has as many responses as rows are taken along. The file of reviews is imported by the real command, twice, and
read. Web server as reliability.md asks for it (gunicorn, three workers of four threads), SQLite unless
DATABASE_URL names an empty database. On a busy machine look at the processor's seconds beside the wall's.
"""

import argparse
import csv
import http.client
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
with socket.create_server(("127.0.0.1", 0)) as _free:
    PORT = _free.getsockname()[1]
PER_RESPONSE, MONTHS, BATCH = 5, 24, 5_000
WARM, COLD, FIRST_BYTE, WHOLE, GROWTH = 0.8, 5.0, 1.0, 60.0, 100  # seconds; megabytes
IMPORT, IMPORT_MEMORY = 600.0, 400
MB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: seconds to its first byte, to its last, and how much came."""

    first: float
    whole: float
    size: int


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--answers", type=int, default=1_000_000)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--keep", metavar="FOLDER", help="keep what is made there, and use it the next time")
    options.add_argument("--only", choices=["page", "export", "import"])
    chosen = options.parse_args()
    with _folder(chosen.keep) as folder:
        cookie, page, taken = _prepare(folder, chosen)
        good = []
        if chosen.only in (None, "page"):
            good.append(_page(page, cookie))
        if chosen.only in (None, "export"):
            good += _export(taken, chosen.rows, cookie)
        if chosen.only in (None, "import"):
            good.append(_import(folder, chosen.rows))
    print(f"load of the machine: {os.getloadavg()[1]:.1f}")
    sys.exit(0 if all(good) else 1)


@contextmanager
def _folder(kept: str | None) -> Iterator[str]:
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield str(Path(kept).resolve())
        return
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def _prepare(folder: str, chosen: argparse.Namespace) -> tuple[str, str, str]:
    """The session of a manager, and the addresses of the two surveys."""
    start_django(folder)
    from django.core.management import call_command
    from django.db import connection

    from surveys.models import Survey

    call_command("migrate", verbosity=0)
    for slug, responses in (("page", chosen.answers // PER_RESPONSE), ("taken", chosen.rows)):
        if not Survey.objects.filter(slug=slug).exists():
            _make(slug, responses)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    page, taken = (f"/surveys/{Survey.objects.get(slug=slug).public_id}/" for slug in ("page", "taken"))
    return session_of_a_manager(), page, taken


def start_django(folder: str) -> None:
    os.environ |= {"SECRET_KEY": "benchmark", "DATA_DIR": folder, "BASE_URL": f"http://127.0.0.1:{PORT}"}
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    os.environ["LOG_LEVEL"] = "ERROR"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    import django

    django.setup()


def session_of_a_manager() -> str:
    """As the header of a request says it."""
    from django.conf import settings
    from django.contrib.auth.models import Group
    from django.test import Client

    from feedback.models import User

    huy, _is_new = User.objects.get_or_create(username="huy-who-manages")
    huy.groups.add(Group.objects.get(name="manager"))
    client = Client()
    client.force_login(huy)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _make(slug: str, responses: int) -> None:
    from feedback import shop, work
    from feedback.models import Product, Shop, Touchpoint
    from surveys import counting, publishing

    now = datetime.now(UTC)
    Shop.objects.get_or_create(pk=1, defaults={"name": "Gốm", "currency": "VND", "set_up_at": now})
    shop.forget()
    for n in range(20):
        Product.objects.get_or_create(
            sku=f"P{n}", defaults={"name_vi": f"Chén {n}", "name_en": f"Cup {n}", "currency": "VND"}
        )
    survey = publishing.start_post_purchase(
        name=slug, slug=slug, reward_amount=None, currency="VND", now=now - timedelta(days=30 * MONTHS)
    )
    began, touchpoints = time.perf_counter(), list(Touchpoint.objects.values_list("slug", flat=True)[:6])
    dice = random.Random(4)
    for start in range(0, responses, BATCH):
        _batch(survey, min(BATCH, responses - start), dice, now, touchpoints)
    made = time.perf_counter()
    work.drain(counting.COUNT)
    counted = time.perf_counter() - made
    rate = responses / counted
    print(
        f"{slug}: {responses:,} responses in {made - began:.0f} s; counted in {counted:.0f} s ({rate:,.0f}/s)"
    )


def _batch(survey: Any, count: int, dice: random.Random, now: datetime, touchpoints: list[str]) -> None:
    from feedback import bulk, tokens
    from feedback.models import Customer, Order, OrderLine, Product
    from surveys.models import Invitation, Response

    products, version = list(Product.objects.order_by("pk")), survey.versions.get().pk
    times = [now - timedelta(minutes=dice.randrange(60, 30 * MONTHS * 1440)) for _ in range(count)]
    names = iter(tokens.public_ids(4 * count))
    people = bulk.write(
        Customer, [{"public_id": next(names), "name": f"Lan {n}", "since": at} for n, at in enumerate(times)]
    )
    orders = bulk.write(
        Order,
        [
            {"public_id": next(names), "number": f"{survey.pk}-{person}", "customer_id": person,
             "total": 400_000, "currency": "VND", "placed_at": at - timedelta(days=9), "received_at": at}
            for person, at in zip(people, times, strict=True)
        ],
    )  # fmt: skip
    bulk.write(
        OrderLine,
        [
            {"order_id": order, "product_id": (one := dice.choice(products)).pk, "sku": one.sku,
             "name": one.name_vi, "quantity": 1, "price": 400_000}
            for order in orders
        ],
    )  # fmt: skip
    asked = bulk.write(
        Invitation,
        [
            {"public_id": next(names), "survey_id": survey.pk, "order_id": order, "customer_id": person,
             "state": "sent", "language": "vi", "made_at": at, "send_at": at, "sent_at": at,
             "expires_at": at + timedelta(days=30)}
            for order, person, at in zip(orders, people, times, strict=True)
        ],
    )  # fmt: skip
    words = ["no_problem"] * 6 + ["not_resolved"] * 2 + ["resolved_first"] * 2
    found = bulk.write(
        Response,
        [
            {"public_id": next(names), "invitation_id": one, "version_id": version, "state": "finished",
             "language": dice.choice(["vi", "vi", "en"]), "cohort": dice.choice(words), "started_at": at,
             "finished_at": at}
            for one, at in zip(asked, times, strict=True)
        ],
    )  # fmt: skip
    _answers(list(zip(found, people, orders, times, strict=True)), dice, touchpoints)


def _answers(rows: list[tuple[int, int, int, datetime]], dice: random.Random, touchpoints: list[str]) -> None:
    """Four that are chosen, and one in words: read, with a theme for every second of them."""
    from feedback import bulk, tokens
    from feedback.models import Analysis, Comment, Mention, Theme
    from surveys.models import Answer

    names = iter(tokens.public_ids(len(rows)))
    said = bulk.write(
        Comment,
        [
            {"public_id": next(names), "text": f"Giao hàng chậm quá, hộp móp góc {person}.",
             "channel": "survey", "why": "invited", "source": "survey", "customer_id": person,
             "order_id": order, "said_at": at, "received_at": at, "read_at": at}
            for _response, person, order, at in rows
        ],
    )  # fmt: skip
    bulk.write(
        Analysis,
        [
            {"comment_id": key, "lang": "vi", "sentiment": "negative", "score": -0.5, "engine": "bench",
             "complaint": True, "problem": "late", "fault": "carrier", "wish": "none", "read_at": row[3]}
            for key, row in zip(said, rows, strict=True)
        ],
    )  # fmt: skip
    theme = Theme.objects.get(slug="late_delivery").pk
    bulk.write(
        Mention,
        [
            {"comment_id": key, "theme_id": theme, "polarity": "negative", "words": "chậm"}
            for key in said[::2]
        ],
    )
    chosen = {
        "problem": ("choice", ["none", "none", "first_time", "later", "not_solved", "not_told"]),
        "expectation": ("choice", ["above", "as_expected", "below"]),
        "recommend": ("scale_10", list(range(11))),
        "touchpoint": ("touchpoint", touchpoints),
    }
    answers = [
        {"response_id": row[0], "question": name, "kind": kind, "words": "?",
         "value": (value := dice.choice(values)), "number": value if isinstance(value, int) else None}
        for row in rows
        for name, (kind, values) in chosen.items()
    ]  # fmt: skip
    answers += [
        {"response_id": row[0], "question": "story", "kind": "text_long", "words": "?", "value": "…",
         "comment_id": key}
        for row, key in zip(rows, said, strict=True)
    ]  # fmt: skip
    bulk.write(Answer, answers)


def _page(path: str, cookie: str) -> bool:
    """LD4: 24 months, and six filters of them."""
    today = datetime.now(UTC).date()
    days = f"?from={today - timedelta(days=30 * MONTHS)}&to={today}"
    paths = [days, f"{days}&period=month", f"{days}&part=product", f"{days}&language=en",
             f"{days}&why=invited", f"{days}&question=recommend&period=week"]  # fmt: skip
    with _served() as server:
        cold = [
            _ask(path + paths[0], cookie).whole for _ in range(3)
        ]  # each worker for the first time, perhaps
        for one in paths * 2:
            _ask(path + one, cookie)
        before = _processor_seconds(server)
        warm = sorted(_ask(path + one, cookie).whole for _ in range(10) for one in paths)
        used = (_processor_seconds(server) - before) / len(warm)
    p95 = warm[int(len(warm) * 0.95)]
    print(f"LD4 results page: cold {max(cold):.2f} s (wanted {COLD:.0f}), warm p50"
          f" {warm[len(warm) // 2]:.2f} s, p95 {p95:.2f} s (wanted {WARM}),"
          f" {used * 1000:.0f} ms of processor")  # fmt: skip
    return p95 <= WARM and max(cold) <= COLD


def _export(path: str, rows: int, cookie: str) -> Iterator[bool]:
    """LD6: as CSV, JSON and XLSX."""
    for kind in ("csv", "json", "xlsx"):
        with _served() as server:
            _ask(path, cookie)
            _ask(f"{path}results.csv", cookie)
            before = _processor_seconds(server)
            with _watched(server) as grown:
                asked = _ask(f"{path}answers.{kind}", cookie)
            cpu = _processor_seconds(server) - before
        print(f"LD6 {rows:,} rows as {kind}: first byte {asked.first:.2f} s (wanted {FIRST_BYTE:.0f}),"
              f" whole {asked.whole:.1f} s (wanted {WHOLE:.0f}; {cpu:.1f} s of processor),"
              f" {asked.size / MB:.0f} MB, memory + {grown[0]:.0f} MB (wanted {GROWTH})")  # fmt: skip
        yield asked.first <= FIRST_BYTE and asked.whole <= WHOLE and grown[0] <= GROWTH


def _import(folder: str, rows: int) -> bool:
    """LD5: the file once, again, then all of it read."""
    import importing  # benchmarks/importing.py, beside this file

    file = Path(folder) / "reviews.csv"
    made = importing._reviews(rows)
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
    database = f"sqlite:///{folder}/import-{time.time_ns()}.sqlite3"
    with_own = os.environ | {"DATABASE_URL": database}
    _manage(["migrate", "--verbosity=0"], with_own)
    command = ["import_reviews", str(file), "--source", "bench"]
    first, cpu, memory, _said = _manage(command, with_own)
    again, _cpu, _memory, said = _manage(command, with_own)
    reading, reading_cpu, reading_memory, _said = _manage(["sweep"], with_own)
    print(f"LD5 {rows:,} reviews: imported in {first:.0f} s ({cpu:.0f} of processor; wanted"
          f" {IMPORT:.0f}), at most {memory:.0f} MB (wanted {IMPORT_MEMORY}); again in {again:.0f} s;"
          f" all that follows in {reading:.0f} s ({reading_cpu:.0f} of processor),"
          f" {reading_memory:.0f} MB")  # fmt: skip
    print(f"    the second time: {said.strip().splitlines()[-1] if said.strip() else '–'}")
    return first <= IMPORT and memory <= IMPORT_MEMORY


def _manage(arguments: list[str], environment: dict[str, str]) -> tuple[float, float, float, str]:
    """Seconds, the processor's seconds, most memory in MB, what it said."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, stdout=out
        )
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read()
    if process.returncode:
        sys.exit(f"{arguments[0]}: {process.returncode}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said


def _ask(path: str, cookie: str) -> Asked:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    began = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "vi"})
    answer = connection.getresponse()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status}")
    size, first = len(answer.read(1)), time.perf_counter() - began
    while part := answer.read(65_536):
        size += len(part)
    connection.close()
    return Asked(first=first, whole=time.perf_counter() - began, size=size)


@contextmanager
def _served() -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "gunicorn", "feedback.wsgi:application", "--bind", f"127.0.0.1:{PORT}"]
    command += ["--workers=3", "--threads=4", "--log-level=error"]
    server = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT)
    try:
        for _ in range(600):
            try:
                _ask("/healthz", "")
                break
            except OSError:
                time.sleep(0.1)
        with ThreadPoolExecutor(24) as pool:  # each worker reads its code and its templates once
            list(pool.map(lambda _n: _ask("/login/", ""), range(72)))
        yield server
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _watched(server: subprocess.Popen) -> Iterator[list[float]]:
    """How much the memory of the worker that grew most grew, in MB, looked at ten times a second."""
    workers = psutil.Process(server.pid).children()
    before = {one.pid: one.memory_info().rss for one in workers}
    grown, ends = [0.0], threading.Event()

    def look() -> None:
        while not ends.wait(0.1):
            most = max(one.memory_info().rss - before[one.pid] for one in workers)
            grown[0] = max(grown[0], most / MB)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield grown
    finally:
        ends.set()
        thread.join()


def _processor_seconds(server: subprocess.Popen) -> float:
    used = [worker.cpu_times() for worker in psutil.Process(server.pid).children()]
    return sum(times.user + times.system for times in used)


if __name__ == "__main__":
    main()
