"""Orders from a CSV file to rows, as `manage.py import_orders` takes them in: how many rows a second.

    .venv/bin/python benchmarks/customers.py import [--rows 100000] [--rounds 3]
    .venv/bin/python benchmarks/customers.py sweep [--orders 100000 1000000]   # benchmarks/sweep.py

Each round is a fresh database: SQLite in a temporary folder, or the PostgreSQL server of DATABASE_URL, where
a database of its own is made and dropped. A row is an order with one line; a tenth as many customers, known
by e-mail, buy at random times over three years. Medians. `cut` reads the file and packs it; `take` checks
each row and writes customers, orders and lines; `again` takes the same file in once more, which changes
nothing. "cpu" is this process alone: on a machine that does something else besides, it says more.
"""

import argparse
import csv
import io
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
HEAD = ["Order", "Date", "Customer", "Email", "Phone", "Product", "SKU", "Category", "Quantity", "Price",
        "Total", "Status"]  # fmt: skip
GOODS = [("Bát men ngọc", "BAT-01", "Bát", 150_000), ("Ấm trà men rạn", "AM-02", "Ấm", 420_000),
         ("Cốc gốm", "COC-03", "Cốc", 90_000), ("Bình hoa", "BINH-04", "Bình", 650_000)]  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("what", choices=["import", "sweep"])
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    chosen, further = options.parse_known_args()
    if chosen.what == "sweep":
        sweep = [sys.executable, Path(__file__).with_name("sweep.py"), *further]
        sys.exit(subprocess.run(sweep, check=False).returncode)
    if further:
        options.error(f"unrecognized arguments: {' '.join(further)}")
    if chosen.part:
        with tempfile.TemporaryDirectory() as folder, database(folder):
            print(json.dumps(_import(Path(folder), chosen.rows)))
        return
    again = [sys.executable, __file__, "import", "--part", "--rows", str(chosen.rows)]
    rounds = [json.loads(subprocess.check_output(again)) for _ in range(chosen.rounds)]
    _report(chosen.rows, rounds)


def _report(rows: int, rounds: list[dict[str, float]]) -> None:
    print(f"{rows:,} orders, {len(rounds)} rounds, medians, {rounds[0]['database']}")
    for name in ("cut", "take", "all", "again"):
        speed = statistics.median(rows / one[name] for one in rounds)
        print(f"{name:<8}{statistics.median(one[name] for one in rounds):>9.1f} s{speed:>12,.0f} rows/s")
    cpu = statistics.median(rows / one["cpu"] for one in rounds)
    print(
        f"cpu     {statistics.median(one['cpu'] for one in rounds):>9.1f} s{cpu:>12,.0f} rows/s, cut and take"
    )
    print(f"memory  {max(one['memory'] for one in rounds):>9.0f} MB at most")


@contextmanager
def database(folder: str) -> Iterator[None]:
    """A fresh one; Django is set up with it."""
    os.environ |= {"SECRET_KEY": "benchmark", "DATA_DIR": folder, "LOG_LEVEL": "ERROR"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        _set_up()
        yield
        return
    import psycopg

    name = f"bench_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    os.environ["DATABASE_URL"] = f"{server.rsplit('/', 1)[0]}/{name}"
    try:
        _set_up()
        yield
    finally:
        from django.db import connection

        connection.close()
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _set_up() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _write(path: Path, rows: int) -> None:
    dice, now = random.Random(6), datetime(2026, 11, 1, 12, tzinfo=UTC)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        for number in range(rows):
            who, (name, sku, kind, price) = dice.randrange(max(rows // 10, 1)), dice.choice(GOODS)
            count = dice.randint(1, 3)
            at = now - timedelta(minutes=dice.randrange(3 * 365 * 1440))
            buyer = [f"Khách {who}", f"khach{who}@example.com", f"09{who:08d}"]
            goods = [name, sku, kind, count, price, price * count, "completed"]
            writer.writerow([f"DH-{number}", f"{at:%Y-%m-%d %H:%M}", *buyer, *goods])


def _import(folder: Path, rows: int) -> dict[str, object]:
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from feedback import order_imports
    from feedback.models import Order, OrderLine

    path = folder / "orders.csv"
    _write(path, rows)
    started, at_work = time.perf_counter(), time.process_time()
    with path.open("rb") as file:
        one = order_imports.begin(file, file_name=path.name, by=None, now=timezone.now())
    cut = time.perf_counter()
    order_imports.take_all(one, by=None, now=timezone.now())
    taken, worked = time.perf_counter(), time.process_time() - at_work
    one.refresh_from_db()
    assert (one.created, one.refused, Order.objects.count(), OrderLine.objects.count()) == (
        rows,
        0,
        rows,
        rows,
    )
    call_command("import_orders", str(path), stdout=io.StringIO())
    again = time.perf_counter()
    assert Order.objects.count() == rows
    return {
        "cut": cut - started,
        "take": taken - cut,
        "all": taken - started,
        "again": again - taken,
        "cpu": worked,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "database": connection.vendor,
    }


if __name__ == "__main__":
    main()
