"""Installations of their own, with real processes to kill: on a SQLite file, or on PostgreSQL."""

import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120  # seconds, on the busiest machine
_databases = count()
SENTENCES = [
    "Giao hàng trễ {n} ngày, hộp móp, thất vọng.",
    "Bình bị vỡ khi mở hộp, yêu cầu hoàn tiền.",
    "Đẹp lắm, men bóng, gói rất kỹ. Lần thứ {n} mua ở đây!",
    "Arrived {n} days late and the handle was broken.",
    "Lovely bowl, great price, well packed.",
    "giao nham mau, nhan tin {n} lan khong ai tra loi",
]

DIE = """
import os, signal
import django; django.setup()
from feedback import {module}, work
whole = {moment}
def and_die(*arguments, **named):
    whole(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
{moment} = and_die
work.sweep(work.jobs())
"""


class Installation:
    """A shop's database and folders, and the programs that run on them."""

    def __init__(self, folder, database, connect):
        self.folder, self._connect, self._running = folder, connect, []
        self.environment = os.environ | {
            "DATABASE_URL": database,
            "DATA_DIR": str(folder),
            "OUTBOX_DIR": str(folder / "outbox"),
            "EMAIL_URL": "memorymail://",
            "LOG_LEVEL": "WARNING",
        }

    def start(self, *arguments, **environment):
        log = (self.folder / "log.txt").open("ab")
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def manage(self, *arguments):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, code, **environment):
        """Run code inside this installation; what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, sql):
        connection = self._connect()
        try:
            return connection.execute(sql).fetchone()[0]
        finally:
            connection.close()

    def count(self, table, where="1 = 1"):
        return self.ask(f"SELECT count(*) FROM {table} WHERE {where}")

    def wait_for(self, done, *, process=None):
        end = time.monotonic() + PATIENCE
        while not done():
            assert time.monotonic() < end, self.log()
            assert process is None or process.poll() is None, self.log()
            time.sleep(0.02)

    def log(self):
        return (self.folder / "log.txt").read_text(errors="replace")[-4000:]

    def kill_when(self, process, happened):
        self.wait_for(lambda: process.poll() is not None or happened())
        kill(process)

    def dies_after(self, moment):
        """The jobs are swept; the process is gone as soon as this function, named as "module.function" of
        feedback, has returned."""
        process = self.start("-c", DIE.format(module=moment.rpartition(".")[0], moment=moment))
        assert process.wait(PATIENCE) == -signal.SIGKILL, self.log()

    def proves_itself(self):
        """Every check that the project has for its own data."""
        proofs = ("rebuild_totals", "verify_audit", "verify_decisions")
        self.python(
            f"from django.core.management import call_command\nfor proof in {proofs}: call_command(proof)"
        )
        if self.environment["DATABASE_URL"].startswith("sqlite"):
            assert self.ask("PRAGMA integrity_check") == "ok"

    def end(self):
        for process in self._running:
            kill(process)


def kill(process):
    """SIGKILL to the process and all it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def reviews_file(path, number, *, edition=""):
    """So many reviews, some of them about things that went wrong, in two languages."""
    dice, begun = random.Random(7), datetime(2026, 9, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        for place in range(number):
            text = dice.choice(SENTENCES).format(n=dice.randint(2, 9))
            said = begun + timedelta(hours=dice.randint(0, 1500))
            stars = dice.randint(1, 5)
            row = {"id": f"r{place}", "text": text + edition, "stars": stars, "date": said.isoformat()}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A database that was migrated once, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    if not on_postgresql():
        Installation(folder, f"sqlite:///{folder}/shop.sqlite3", None).manage("migrate", "--verbosity=0")
        with sqlite3.connect(folder / "shop.sqlite3") as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield folder / "shop.sqlite3"
        return
    with a_database() as name:
        Installation(folder, address_of(name), None).manage("migrate", "--verbosity=0")
        yield name


@pytest.fixture
def installation(tmp_path, migrated):
    """A fresh database of its own; its programs end with the test."""
    if on_postgresql():
        with a_database(copied_from=migrated) as name:
            made = Installation(tmp_path, address_of(name), lambda: psycopg.connect(address_of(name)))
            yield made
            made.end()
        return
    file = tmp_path / "shop.sqlite3"
    shutil.copy(migrated, file)
    made = Installation(tmp_path, f"sqlite:///{file}", lambda: _sqlite(file))
    yield made
    made.end()


def _sqlite(file):
    """With the function that Django gives SQLite and that a constraint of the shop's row calls."""
    connection = sqlite3.connect(file, timeout=30)
    connection.create_function("REGEXP", 2, lambda pattern, text: bool(re.search(pattern, str(text))))
    return connection


def on_postgresql():
    return os.environ["DATABASE_URL"].startswith("postgres")


def address_of(name):
    return re.sub(r"/[^/?]*(\?.*)?$", rf"/{name}\1", os.environ["DATABASE_URL"])


@contextmanager
def a_database(*, copied_from="template1"):
    name = f"prove_{os.getpid()}_{next(_databases)}"
    with psycopg.connect(address_of("postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {copied_from}")
    try:
        yield name
    finally:
        with psycopg.connect(address_of("postgres"), autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
