"""Many customers: the nightly look at who stops buying and what each is worth, and a customer's page.

    .venv/bin/python benchmarks/sweep.py [--orders 100000 1000000] [--clients 10] [--requests 400] [--keep]

For each number of orders a fresh database: SQLite in a temporary folder, or one of its own on the server of
DATABASE_URL (PostgreSQL), dropped at the end. A tenth as many customers, known by e-mail, buy over three
years; how often differs between them as it does in shops (gamma), and every fourth has stopped. Each job is a
process of its own: its seconds, of which it and the server's process that works for it were given the
processor for so many (on a machine that does something else besides, these say more), and the most memory it
had. `first`: nobody was looked at before, so that
all who left are noted; `next`: the night after. `page`: a customer's page, gunicorn with two workers of four
threads; judged is the p95 of one client, beside it ten who wait for nothing. Exits with 1 when a limit is
missed.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import customers
import desk
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
NIGHT_AT_MOST, MEMORY_AT_MOST, PAGE_AT_MOST = 600, 1000, 0.100  # seconds, MB, seconds: issue 6, Figures
SQLITE_AT_MOST = 180  # seconds for 1,000,000 orders
JOBS = ("defections", "values")
DAYS = 3 * 365


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--orders", type=int, nargs="+", default=[100_000, 1_000_000])
    options.add_argument("--clients", type=int, default=10)
    options.add_argument("--requests", type=int, default=400)
    options.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.job:
        print(json.dumps(_job(chosen.job)))
        return
    if len(chosen.orders) > 1:
        sys.exit(max(_alone(orders, chosen) for orders in chosen.orders))
    os.environ["BASE_URL"] = f"http://127.0.0.1:{desk.PORT}"
    with tempfile.TemporaryDirectory() as folder, customers.database(folder):
        missed = _measure(chosen.orders[0], chosen)
    print(f"load of the machine: {os.getloadavg()[1]:.1f}")
    if missed:
        sys.exit("missed: " + "; ".join(missed))


def _alone(orders: int, chosen: argparse.Namespace) -> int:
    """One number of orders in a process of its own: Django has one database in its life."""
    options = {"orders": orders, "clients": chosen.clients, "requests": chosen.requests}
    again = [f"--{name}={value}" for name, value in options.items()]
    return subprocess.run([sys.executable, __file__, *again], check=False).returncode


def _measure(orders: int, chosen: argparse.Namespace) -> list[str]:
    from django.db import connection

    started = time.perf_counter()
    _make(orders)
    print(
        f"{orders:,} orders on {connection.vendor}, made in {time.perf_counter() - started:.0f} s", flush=True
    )
    missed, limit = [], NIGHT_AT_MOST if connection.vendor == "postgresql" else SQLITE_AT_MOST
    for night in ("first", "next"):
        found = {job: _in_its_own(job) for job in JOBS}
        told = ", ".join(
            f"{job} {one['seconds']:.1f} s, processor {one['cpu']:.1f} + {one['server']:.1f}"
            for job, one in found.items()
        )
        whole = sum(one["seconds"] for one in found.values())
        memory = max(one["memory"] for one in found.values())
        print(f"  {night + ' night:':<13}{whole:>7.1f} s ({told}), {memory:.0f} MB at most", flush=True)
        if whole > limit * max(orders / 1_000_000, 1) ** (connection.vendor == "sqlite"):
            missed.append(f"{orders:,} orders, {night} night: {whole:.0f} s")
        if memory > MEMORY_AT_MOST:
            missed.append(f"{orders:,} orders: {memory:.0f} MB")
    return missed + _pages(orders, chosen)


def _in_its_own(job: str) -> dict[str, float]:
    """With what the database needs to know of its tables, as its own upkeep would have told it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()
    return json.loads(subprocess.check_output([sys.executable, __file__, "--job", job]))


def _job(job: str) -> dict[str, float]:
    import django

    django.setup()
    from django.utils import timezone

    from feedback import defections, expected, leases
    from feedback.models import Customer, DefectionRule, Expectation, ExpectedValue

    started, at_work, served, now = time.perf_counter(), time.process_time(), _served(), timezone.now()
    if job == "defections":
        DefectionRule.objects.update(judge_at=now)
        leases.run_once(defections.FIND, now)
        row = DefectionRule.objects.get()
        assert row.judged_at == now, row.failure
    else:
        expected.find_now(now)
        found = ExpectedValue.objects.filter(found_at=now).count()
        assert found == Customer.objects.count(), Expectation.objects.get().failure
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - at_work,
        "server": _served() - served,
        "memory": _most_memory(),
    }


def _served() -> float:
    """Seconds of processor of the server's process that works for this one, where it runs on this machine."""
    from django.db import connection

    connection.ensure_connection()
    if not _is_postgresql():
        return 0.0
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13] if stat.exists() else (0, 0)
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _most_memory() -> float:
    """MB of this process alone: what getrusage tells begins with that of the process it was made by."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


# The data


def _make(orders: int) -> None:
    from django.contrib.auth.models import Group
    from django.utils import timezone

    from feedback import defections
    from feedback.defection.rules import Kind, Rule
    from feedback.models import Customer, Order, OrderLine, Shop, User

    now = timezone.now()
    Shop.objects.create(pk=1, name="Gốm", currency="VND", set_up_at=now)
    huy = User.objects.create(username="huy", first_name="Huy")
    huy.groups.add(Group.objects.get(name="manager"))
    defections.define(Rule(kind=Kind.INTERVAL, times=2.5, at_least=45, judged_by=180), by=huy, now=now)
    _bought(orders)
    people = {
        "id": "n",
        "public_id": "'c' || n",
        "name": "'Khách ' || n",
        "language": "'vi'",
        "since": "first",
    }
    people["email"] = "'khach' || n || '@example.com'"
    of_each = "SELECT who AS n, MIN(placed_at) AS first FROM bench_bought GROUP BY who"
    _fill(Customer, people, f"FROM ({of_each}) AS buyers")
    order = {"id": "n", "public_id": "'o' || n", "number": "'DH-' || n", "customer_id": "who"}
    order |= {"placed_at": "placed_at", "total": "total", "received_at": "placed_at"}
    _fill(Order, order, "FROM bench_bought ORDER BY n")
    goods = {"id": "n", "order_id": "n", "name": "'Bát men ngọc'", "category": "'Bát'", "price": "total"}
    _fill(OrderLine, goods, "FROM bench_bought ORDER BY n")
    _run("DROP TABLE bench_bought")
    assert Order.objects.count() == orders


def _bought(orders: int) -> None:
    """Who bought when, for how much, in a table of its own."""
    moment = "timestamp with time zone" if _is_postgresql() else "text"
    _run(f"CREATE TABLE bench_bought (n int, who int, placed_at {moment}, total numeric)")
    dice, people = np.random.default_rng(11), max(orders // 10, 1)
    often = dice.gamma(0.8, 1, people) + 0.02
    begins = dice.uniform(0, DAYS * 0.9, people)
    ends = np.where(dice.random(people) < 0.25, begins + dice.uniform(0, 1, people) * (DAYS - begins), DAYS)
    weights = often * (ends - begins)
    who = np.sort(dice.choice(people, orders, p=weights / weights.sum()))
    day = begins[who] + dice.random(orders) * (ends - begins)[who]
    total = np.round(np.exp(dice.normal(12.6, 0.7, orders)) / 1000) * 1000
    _write(who, day, total)


def _write(who: np.ndarray, day: np.ndarray, total: np.ndarray) -> None:
    from django.db import connection, transaction
    from django.utils import timezone

    start = timezone.now() - timedelta(days=DAYS)
    said = "%Y-%m-%d %H:%M:%S+00:00" if _is_postgresql() else "%Y-%m-%d %H:%M:%S"
    each = zip(who.tolist(), day.tolist(), total.tolist(), strict=True)
    rows = (
        (n, person + 1, (start + timedelta(days=at)).strftime(said), amount)
        for n, (person, at, amount) in enumerate(each, 1)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        if not _is_postgresql():
            cursor.executemany("INSERT INTO bench_bought VALUES (%s, %s, %s, %s)", rows)
            return
        with cursor.copy("COPY bench_bought FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _fill(model, given: dict[str, str], source: str) -> None:
    """Rows of `model` straight from a query: what is not given takes the field's default."""
    columns = {
        field.column: given.get(field.column) or _default(field) for field in model._meta.concrete_fields
    }
    names, values = ", ".join(columns), ", ".join(columns.values())
    _run(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} {source}")
    if _is_postgresql():
        last = f"(SELECT MAX(id) FROM {model._meta.db_table})"
        _run(f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), {last})")


def _default(field) -> str:
    if field.null:
        return "NULL"
    value = field.get_default() if field.has_default() else ""
    if isinstance(value, bool):
        return str(value).upper()
    return f"'{value}'" if isinstance(value, str) else str(value)


def _is_postgresql() -> bool:
    from django.db import connection

    return connection.vendor == "postgresql"


def _run(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)


# A customer's page


def _pages(orders: int, chosen: argparse.Namespace) -> list[str]:
    from django.conf import settings
    from django.test import Client

    from feedback.models import Customer, User

    client = Client()
    client.force_login(User.objects.get(username="huy"))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    some = list(Customer.objects.order_by("pk").values_list("public_id", flat=True)[: chosen.requests * 7])[
        ::7
    ]
    paths = [
        ("page", f"/customers/{one}/") for one in itertools.islice(itertools.cycle(some), chosen.requests)
    ]
    with desk._served() as server:
        desk._run(paths[: chosen.clients * 4], chosen.clients, cookie)  # each worker reads its templates once
        p95 = [_asked(server, paths, clients, cookie) for clients in (chosen.clients, 1)][-1]
    return [f"{orders:,} orders: {p95 * 1000:.0f} ms a page"] if p95 > PAGE_AT_MOST else []


def _asked(server: subprocess.Popen, paths: list[tuple[str, str]], clients: int, cookie: str) -> float:
    """The p95, in seconds."""
    before = desk._processor_seconds(server)
    took = desk._run(paths, clients, cookie)["page"]
    used = (desk._processor_seconds(server) - before) / len(paths)
    p95 = sorted(took)[int(len(took) * 0.95)]
    print(
        f"  page, {clients} at once: p50 {statistics.median(took) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms,"
        f" processor of the server {used * 1000:.0f} ms a page",
        flush=True,
    )
    return p95


if __name__ == "__main__":
    main()
