"""Installations of their own, with real processes to kill: on a SQLite file, or on PostgreSQL when it is the database."""

import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120  # seconds, on the busiest machine
SENTENCES = [
    "Giao hàng trễ {n} ngày, hộp móp, thất vọng.",
    "Bình bị vỡ khi mở hộp, yêu cầu hoàn tiền.",
    "Đẹp lắm, men bóng, gói rất kỹ. Lần thứ {n} mua ở đây!",
    "Arrived {n} days late and the handle was broken.",
    "Lovely bowl, great price, well packed.",
    "giao nham mau, nhan tin {n} lan khong ai tra loi",
]


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

    def proves_itself(self):
        """Every check that the project has for its own data."""
        self.manage("rebuild_totals")
        self.manage("verify_audit")
        self.manage("verify_decisions")
        if self.environment["DATABASE_URL"].startswith("sqlite"):
            assert self.ask("PRAGMA integrity_check") == "ok"

    def end(self):
        for process in self._running:
            kill(process)


def kill(process):
    """SIGKILL to the process and all it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def reviews_file(path, number, *, edition=""):
    """So many reviews, some of them about things that went wrong, in two languages."""
    dice, begun = random.Random(7), datetime(2026, 9, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        for place in range(number):
            text = dice.choice(SENTENCES).format(n=dice.randint(2, 9))
            said = begun + timedelta(hours=dice.randint(0, 1500))
            row = {"id": f"r{place}", "text": text + edition, "stars": dice.randint(1, 5), "date": said.isoformat()}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


@pytest.fixture
def installation(tmp_path):
    """A fresh, migrated database of its own."""
    url = os.environ["DATABASE_URL"]
    if url.startswith("postgres"):
        yield from _on_postgresql(tmp_path, url)
    else:
        file = tmp_path / "shop.sqlite3"
        made = Installation(tmp_path, f"sqlite:///{file}", lambda: sqlite3.connect(file, timeout=30))
        yield from _migrated(made)


def _on_postgresql(folder, url):
    import psycopg

    server = re.sub(r"/[^/?]*(\?.*)?$", "/postgres", url)
    name = f"prove_{os.getpid()}_{random.randrange(10**9)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    own = re.sub(r"/postgres$", f"/{name}", server)
    try:
        yield from _migrated(Installation(folder, own, lambda: psycopg.connect(own)))
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _migrated(made):
    made.manage("migrate", "--verbosity=0")
    try:
        yield made
    finally:
        made.end()
