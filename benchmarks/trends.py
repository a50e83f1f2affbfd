"""Trends over 10,000,000 mentions of three years: the pages, their queries, and what keeping totals costs.

    .venv/bin/pip install duckdb        # for this comparison alone; without it that column is left out
    .venv/bin/python benchmarks/trends.py [--mentions 10000000] [--few 100000] [--clients 10] [--requests 480]
                                          [--only pages|upkeep]

Makes its own data: comments on 1,096 days, more each month and fewer on Sundays, with two themes each
on average, 22 themes, 8 channels, 12 sources, 10 touchpoints, 8 locations, 1,000 products. The totals are
counted from them with NumPy and written into the table that the pages read; the raw mentions go into a
narrow one beside it, for the GROUP BY that the totals spare. The demo's reviews are read and answered by
the jobs, so that the morning page has something to tell. SQLite in a file; DATABASE_URL names another,
empty one. `in the database`: all statements of one page that is drawn anew, and the fetching of what they
find, p95 of 30 pages by one client. `page`: p95 at ten clients who wait for nothing, gunicorn with two
workers of four threads, while a total of today changes every five seconds: of 10,000,000 mentions in three
years a comment comes every twenty. Beside it while none changes, while one does a second, and while ten do,
three times as many as the reader at full speed: nearly every page is drawn anew then. `× few`: the median
page, over that with few mentions. Upkeep: the seconds that totals.add takes, over those of storing and
reading the same comments without it. Exits with 1 when a limit is missed.
"""

import argparse
import http.client
import itertools
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import desk
import numpy as np
import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
with socket.create_server(("127.0.0.1", 0)) as _free:
    PORT = _free.getsockname()[1]
DAYS = 1096
SHAPE = {  # values of each dimension
    "channel": "survey review form email phone sms letter in_person".split(),
    "source": [f"source-{n}" for n in range(12)],
    "touchpoint": 10,
    "location": 8,
    "language": ["vi", "en", "mixed"],
    "why": ["unsolicited", "invited", "paid"],
    "leverage": ["review_threat", "posted_then_demand", "removal_for_money", "chargeback_leverage"],
    "product": 1000,
}
DB_AT_MOST, PAGE_AT_MOST, GROWS_AT_MOST, UPKEEP_AT_MOST = 0.050, 0.150, 1.5, 0.25
RAW = {
    "three years, all themes, by week": (DAYS, ""),
    "one quarter": (92, ""),
    "one product, three years": (DAYS, "AND product = 7"),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mentions", type=int, default=10_000_000)
    options.add_argument("--few", type=int, default=100_000)
    options.add_argument("--clients", type=int, default=10)
    options.add_argument("--requests", type=int, default=480, help="three times as many for what is judged")
    options.add_argument("--only", choices=["pages", "upkeep"])
    chosen = options.parse_args()
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        _start_django(folder)
        if chosen.only != "upkeep":
            few = _measure(chosen, chosen.few)
            many = _measure(chosen, chosen.mentions, raw=True)
            _report_pages(chosen, few, many, failed)
        if chosen.only != "pages":
            _upkeep(failed)
    print(f"load of the machine: {os.getloadavg()[1]:.1f}")
    if failed:
        sys.exit("missed: " + "; ".join(failed))


def _start_django(folder: str) -> None:
    os.environ |= {"SECRET_KEY": "benchmark", "DATA_DIR": folder, "BASE_URL": f"http://127.0.0.1:{PORT}"}
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    os.environ["LOG_LEVEL"] = "ERROR"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from django.contrib.auth.models import Group
    from django.utils import timezone

    from feedback.models import Location, Product, Shop, Touchpoint, User

    Shop.objects.create(pk=1, name="Gốm", currency="VND", set_up_at=timezone.now())
    for n in range(SHAPE["touchpoint"] - Touchpoint.objects.count()):
        Touchpoint.objects.create(slug=f"t{n}", name_vi=f"Điểm {n}", name_en=f"Point {n}")
    for n in range(SHAPE["location"]):
        Location.objects.create(code=f"l{n}", name_vi=f"Nơi {n}", name_en=f"Place {n}")
    rows = [Product(sku=f"P-{n}", name_vi=f"Bát {n}", name_en=f"Bowl {n}") for n in range(SHAPE["product"])]
    for row in rows:
        row.currency = "VND"
    Product.objects.bulk_create(rows)
    User.objects.create(username="huy").groups.add(Group.objects.get(name="manager"))
    desk._originals()
    _headlines()


def _headlines() -> None:
    """All figures that the morning page can have, as its job writes them."""
    from django.utils import timezone

    from feedback.models import Headline

    mix = {"mix": [{"why": "invited", "n": 310}, {"why": "unsolicited", "n": 102}]}
    found = {
        "left": (0.041, 0.03, 0.05, 0.047, {"left": 17}),
        "silent": (0.93, 0.9, 0.95, 0.94, {"silent": 380, "months": []}),
        "recovered": (0.71, 0.65, 0.77, 0.64, {"spent": 0.08, "low": 0.01, "high": 0.15}),
        "promises": (0.94, 0.9, 0.97, 0.95, {}),
        "queue": (19.0, None, None, 26.0, {"oldest": 70.0}),
        "nps": (38.0, 29.0, 47.0, 33.0, mix),
        "csat": (81.0, 77.0, 85.0, 80.0, mix),
        "satisfied": (44.0, 39.0, 49.0, 41.0, mix),
    }
    Headline.objects.bulk_create(
        Headline(
            day=_today(), name=name, value=value, low=low, high=high, n=412, before=before, data=data,
            found_at=timezone.now(),
        )
        for name, (value, low, high, before, data) in found.items()
    )  # fmt: skip


def _today() -> date:
    from django.utils import timezone

    from feedback import shop

    return shop.day(timezone.now())


# The data


class Said:
    """Comments and their mentions as arrays, one number a row; `who` names the comment of a mention."""

    def __init__(self, mentions: int, themes: int) -> None:
        dice, comments = np.random.default_rng(7), mentions // 2
        ages = np.arange(DAYS)
        days = [_today() - timedelta(days=DAYS - 1 - int(age)) for age in ages]
        busy = (1 + ages / DAYS) * np.where([day.weekday() == 6 for day in days], 0.6, 1.0)
        self.days, self.columns = days, {}
        self.day = dice.choice(DAYS, comments, p=busy / busy.sum()).astype(np.int16)
        for name, values in SHAPE.items():
            count = values if isinstance(values, int) else len(values)
            share = 1 / np.arange(1, count + 1)  # a few are frequent
            self.columns[name] = dice.choice(count, comments, p=share / share.sum()).astype(np.int16)
        self.columns["leverage"][dice.random(comments) > 0.03] = -1  # hardly anybody threatens
        self.columns["product"][dice.random(comments) > 0.6] = -1  # not of a product
        self.side = dice.choice(4, comments, p=[0.35, 0.2, 0.4, 0.05]).astype(np.int8)
        self.who = np.repeat(np.arange(comments), 2)
        share = 1 / np.arange(1, themes + 1)
        first = dice.choice(themes, comments, p=share / share.sum())
        second = (first + dice.integers(1, themes, comments)) % themes
        self.theme = np.stack([first, second], 1).ravel().astype(np.int8)
        self.theme_side = dice.choice(4, 2 * comments, p=[0.4, 0.2, 0.35, 0.05]).astype(np.int8)


def _totals(said: Said, slugs: list[str]) -> Iterator[tuple]:
    """Rows of feedback.models.ThemeTotal: one count of all themes for each dimension and grain."""
    from feedback.models.totals import ALL, GRAINS

    theme = said.theme.astype(np.int64)
    all_names = {name: _names(name) if name != ALL else [ALL] for name in GRAINS}
    return _each_total(said, slugs, theme, all_names)


def _each_total(said: Said, slugs: list[str], theme, all_names: dict[str, list[str]]) -> Iterator[tuple]:
    """Asks the database for nothing: PostgreSQL copies rows in meanwhile."""
    from feedback.buckets import first_day
    from feedback.models.totals import ALL, GRAINS

    for dimension, grains in GRAINS.items():
        names = all_names[dimension]
        values = said.columns.get(dimension, np.zeros(len(said.day), np.int16))
        for grain in grains:
            firsts = sorted({first_day(day, grain) for day in said.days})
            place = {first: n for n, first in enumerate(firsts)}
            bucket = np.array([place[first_day(day, grain)] for day in said.days])[said.day]
            one, known = (values.astype(np.int64) * len(firsts) + bucket) * 4, values >= 0
            size = len(names) * len(firsts) * 4
            yield from _counted((one + said.side)[known], size, names, firsts, dimension, grain, [ALL])
            keys = (theme * size + one[said.who] + said.theme_side)[known[said.who]]
            yield from _counted(keys, size, names, firsts, dimension, grain, slugs)


def _counted(keys, size, names, firsts, dimension, grain, themes) -> Iterator[tuple]:
    table = np.bincount(keys, minlength=size * len(themes)).reshape(-1, 4)
    found = np.flatnonzero(table.any(1))
    for row, counts in zip(found.tolist(), table[found].tolist(), strict=True):
        which, bucket = divmod(row, len(firsts))
        theme, value = divmod(which, len(names))
        yield (dimension, str(grain), themes[theme], names[value], firsts[bucket], *counts)


def _names(dimension: str) -> list[str]:
    from feedback.models import Location, Product, Touchpoint

    model = {"touchpoint": Touchpoint, "location": Location, "product": Product}.get(dimension)
    if model is None:
        return SHAPE[dimension]
    return [str(pk) for pk in model.objects.order_by("pk").values_list("pk", flat=True)]


def _write(table: str, columns: str, rows: Iterator[tuple]) -> int:
    from django.db import connection, transaction

    count, width = 0, len(columns.split(","))
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            pattern = "\t".join(["%s"] * width) + "\n"
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                while batch := list(itertools.islice(rows, 100_000)):
                    copy.write(pattern * len(batch) % tuple(itertools.chain.from_iterable(batch)))
                    count += len(batch)
            return count
        insert = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * width)})"
        while batch := list(itertools.islice(rows, 100_000)):
            cursor.executemany(insert, batch)
            count += len(batch)
    return count


# What is measured


def _measure(chosen: argparse.Namespace, mentions: int, *, raw: bool = False) -> dict[str, dict[str, float]]:
    from django.db import connection

    from feedback.models import Theme, ThemeTotal

    started = time.perf_counter()
    slugs = list(Theme.objects.order_by("slug").values_list("slug", flat=True))
    said = Said(mentions, len(slugs))
    ThemeTotal.objects.all().delete()
    columns = "dimension, grain, theme, value, day, negative, neutral, positive, unknown"
    rows = _write(ThemeTotal._meta.db_table, columns, _totals(said, slugs))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    print(f"{mentions:,} mentions: {rows:,} totals in {time.perf_counter() - started:.0f} s", flush=True)
    if raw:
        _raw(said)
    client, cookie = _client()
    pages = _pages()
    found = {name: {"database": _in_the_database(client, path)} for name, path in pages.items()}
    for name, took in _served_pages(chosen, pages, cookie).items():
        found[name] |= {"page": _p95(took), "median": statistics.median(took)}
    return found


def _pages() -> dict[str, str]:
    today = _today()
    long = f"from={today - timedelta(days=DAYS - 1)}&to={today}"
    quarter = f"from={today - timedelta(days=91)}&to={today}"
    return {
        "morning": "/",
        "explorer, twelve weeks": "/trends/",
        "three years by week": f"/trends/?{long}&period=week",
        "three years by month": f"/trends/?{long}&period=month",
        "a quarter by day": f"/trends/?{quarter}&period=day",
        "one source, three years by week": f"/trends/?{long}&period=week&source=source-0",
        "one product, three years": f"/trends/?{long}&period=month&product=P-7",
        "one theme, three years by week": f"/trends/?{long}&period=week&theme=late_delivery",
        "a quarter beside a year before": f"/trends/?{quarter}&compare=year",
        "by touchpoint, three years": f"/trends/?{long}&period=month&split=touchpoint",
        "by product, three years": f"/trends/?{long}&period=month&split=product",
        "a theme by source, a quarter": f"/trends/?{quarter}&period=week&split=source&theme=courier",
    }


def _client():
    from django.conf import settings
    from django.test import Client

    from feedback.models import User

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(username="huy"))
    return client, f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _in_the_database(client, path: str, times: int = 30) -> float:
    """p95 of the seconds that all statements of a page take together, with what they find in hand."""
    from feedback import drawn

    took = []
    for _ in range(times + 2):
        drawn.forget()
        with _clocked() as clock:
            answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        took.append(clock["seconds"])
    return _p95(took[2:])


@contextmanager
def _clocked():
    """SQLite finds a row when it is fetched: a statement alone takes no time."""
    from django.db import connection
    from django.db.backends.utils import CursorWrapper

    clock, usual = {"seconds": 0.0}, connection.make_cursor

    def timed(call):
        def run(*arguments):
            started = time.perf_counter()
            try:
                return call(*arguments)
            finally:
                clock["seconds"] += time.perf_counter() - started

        return run

    class Clocked(CursorWrapper):
        def __init__(self, cursor, db):
            super().__init__(cursor, db)
            for name in ("execute", "executemany"):
                setattr(self, name, timed(getattr(super(), name)))
            for name in ("fetchone", "fetchmany", "fetchall"):
                setattr(self, name, timed(getattr(cursor, name)))

        def __iter__(self):
            return iter(self.fetchall())

    connection.make_cursor = lambda cursor: Clocked(cursor, connection)
    try:
        yield clock
    finally:
        connection.make_cursor = usual


def _served_pages(chosen, pages: dict[str, str], cookie: str) -> dict[str, list[float]]:
    with _served() as server:
        judged = list(itertools.islice(itertools.cycle(pages.items()), 3 * chosen.requests))
        paths = judged[: chosen.requests]
        _run(paths[: chosen.clients * 12], chosen.clients, cookie)  # each worker reads its templates once
        _timed_run("no total changes", server, paths, chosen.clients, cookie)
        with _totals_changing(0.1):
            _timed_run("ten a second", server, paths, chosen.clients, cookie)
        with _totals_changing(1):
            _timed_run("one a second", server, paths, chosen.clients, cookie)
        with _totals_changing(5):
            return _timed_run("one in five seconds", server, judged, chosen.clients, cookie)


def _timed_run(name: str, server, paths, clients: int, cookie: str) -> dict[str, list[float]]:
    before = _processor_seconds(server)
    took = _run(paths, clients, cookie)
    used = (_processor_seconds(server) - before) / len(paths)
    everything = list(itertools.chain(*took.values()))
    print(
        f"  {clients} clients, {name + ':':<21} all pages p50 {statistics.median(everything) * 1000:.0f} ms,"
        f" p95 {_p95(everything) * 1000:.0f} ms, processor of the server {used * 1000:.1f} ms a page",
        flush=True,
    )
    return took


@contextmanager
def _totals_changing(seconds: float):
    """As a busy reader of comments does."""
    from django.db import connection, transaction

    from feedback import totals

    over = threading.Event()

    def change() -> None:
        try:
            while not over.wait(seconds):
                with transaction.atomic():
                    totals._apply({totals.Key(_today(), "*", "*", "*", "day"): [1, 0, 0, 0]})
        finally:
            connection.close()

    writer = threading.Thread(target=change)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def _p95(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


def _processor_seconds(server: subprocess.Popen) -> float:
    used = [worker.cpu_times() for worker in psutil.Process(server.pid).children()]
    return sum(times.user + times.system for times in used)


def _run(paths, clients: int, cookie: str) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {}
    with ThreadPoolExecutor(clients) as pool:
        for name, seconds in pool.map(lambda one: (one[0], _get(one[1], cookie)), paths):
            took.setdefault(name, []).append(seconds)
    return took


def _get(path: str, cookie: str) -> float:
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "vi"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status}")
    return time.perf_counter() - started


@contextmanager
def _served():
    command = [sys.executable, "-m", "gunicorn", "feedback.wsgi:application", "--bind", f"127.0.0.1:{PORT}"]
    command += ["--workers=2", "--threads=4", "--log-level=error"]
    server = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT)
    try:
        for _ in range(300):
            try:
                _get("/healthz", "")
                break
            except OSError:
                time.sleep(0.1)
        yield server
    finally:
        server.terminate()
        server.wait()


# The raw rows beside it


def _raw(said: Said) -> None:
    """GROUP BY over a narrow table of mentions with an index by day, as one would do without totals."""
    from django.db import connection

    started = time.perf_counter()
    columns = "day, theme, side, channel, product"
    arrays = [
        said.day[said.who], said.theme, said.theme_side,
        said.columns["channel"][said.who], said.columns["product"][said.who],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_mention (day int, theme int, side int, channel int, product int)")
    _write("bench_mention", columns, zip(*(array.tolist() for array in arrays), strict=True))
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX bench_day ON bench_mention (day)")
        cursor.execute("CREATE INDEX bench_product ON bench_mention (product)")
        cursor.execute("ANALYZE bench_mention")
    print(f"raw rows written in {time.perf_counter() - started:.0f} s", flush=True)

    def ask(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.fetchall()

    _time_raw(connection.vendor, ask)
    _duckdb(arrays)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_mention")


def _duckdb(arrays: list) -> None:
    try:
        import duckdb
    except ImportError:
        print("  duckdb is not installed: left out")
        return
    names = "day theme side channel product".split()
    with tempfile.TemporaryDirectory() as folder:
        database = duckdb.connect(f"{folder}/raw.duckdb")
        mentions = dict(zip(names, arrays, strict=True))  # noqa: F841 DuckDB finds it by its name
        database.execute("CREATE TABLE bench_mention AS SELECT * FROM mentions")
        _time_raw("duckdb", lambda sql: database.execute(sql).fetchall())
        database.close()


def _time_raw(engine: str, ask) -> None:
    for name, (days, more) in RAW.items():
        week = "CAST(FLOOR(day / 7) AS int)" if engine == "duckdb" else "day / 7"
        sql = (
            f"SELECT {week}, theme, side, count(*) FROM bench_mention "
            f"WHERE day >= {DAYS - days} {more} GROUP BY 1, 2, 3"
        )
        took = []
        for _ in range(3):
            started = time.perf_counter()
            ask(sql)
            took.append(time.perf_counter() - started)
        print(f"  raw GROUP BY, {engine:<11}{name:<34}{statistics.median(took) * 1000:>9.0f} ms", flush=True)


# Upkeep


def _upkeep(failed: list[str]) -> None:
    """A thousand comments are one batch of the reader's. Those of an import it takes by their days."""
    for name, spread, size, is_judged in (
        ("1,000 comments of one day", 1, 1000, True),
        ("1,000 of a month", 30, 1000, True),
        ("20,000 of three years in no order", DAYS, 20_000, True),
        ("1,000 of three years, no more", DAYS, 1000, False),  # once, when a shop moves in: part of a second
    ):
        shares = [_batch(spread, number, size) for number in range(7 if size == 1000 else 3)]
        share = statistics.median(shares[1:])
        print(f"upkeep, {name:<40}{share:>7.1%}", flush=True)
        if is_judged and share > UPKEEP_AT_MOST:
            failed.append(f"upkeep of {name}: {share:.0%}")


def _batch(spread: int, number: int, size: int = 1000) -> float:
    """What totals.add takes, over all else that storing and reading these comments takes."""
    from django.utils import timezone

    from feedback import bulk, comments, leases, totals
    from feedback.models import Comment

    now, texts, spent = timezone.now(), _texts(), 0.0
    add = totals.add

    def timed(readings):
        nonlocal spent
        started = time.perf_counter()
        add(readings)
        spent += time.perf_counter() - started

    rows = [
        comments.new(
            text=f"{texts[n % len(texts)]} {number}.{n}", channel="review", source=f"source-{n % 3}",
            why="unsolicited", said_at=now - timedelta(days=(n * 997) % spread), received_at=now, language="",
        )
        for n in range(size)
    ]  # fmt: skip
    totals.add = timed
    started = time.perf_counter()
    bulk.insert(rows)
    while leases.run_once(comments.READ):
        pass
    took = time.perf_counter() - started
    totals.add = add
    assert not Comment.objects.unread().exists()
    return spent / (took - spent)


def _texts() -> list[str]:
    import json

    return [
        json.loads(line)["text"]
        for language in ("vi", "en")
        for line in (ROOT / "feedback/front/demo" / f"reviews.{language}.jsonl").read_text().splitlines()
    ]


def _report_pages(chosen, few, many, failed: list[str]) -> None:
    print(f"\nms{'':<40}{'in the database':>18}{'page, p95 at ' + str(chosen.clients):>18}{'× few':>8}")
    for name, row in many.items():
        grew_page = row["median"] / few[name]["median"]
        print(f"{name:<42}{row['database'] * 1000:>18.1f}{row['page'] * 1000:>18.0f}{grew_page:>8.2f}")
        if row["database"] > DB_AT_MOST:
            failed.append(f"{name}: {row['database'] * 1000:.0f} ms in the database")
        if row["page"] > PAGE_AT_MOST:
            failed.append(f"{name}: {row['page'] * 1000:.0f} ms a page")
        if grew_page > GROWS_AT_MOST:
            failed.append(f"{name}: {grew_page:.1f} × as with few mentions")


if __name__ == "__main__":
    main()
