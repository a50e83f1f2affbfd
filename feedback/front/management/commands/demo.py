"""The demo shop on one machine: migrate, seed, web server and worker, until Ctrl-C. SQLite, no broker."""

import os
import secrets
import signal
import subprocess
import sys
import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from feedback import credentials, hearing
from feedback.front import demo_orders, demo_shop, seeding

_ENDS_WITHIN_SECONDS = 15


class Command(BaseCommand):
    help = "Set up the demo shop if it is not there, then run web server and worker until Ctrl-C."

    def handle(self, **options):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("seed_demo", stdout=self.stdout)
        known = {**_secrets(), **os.environ}
        programs = [self._start(known, *_WEB), self._start(known, *_WORKER)]
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, _interrupt)
        try:
            self._say_where()
            while all(program.poll() is None for program in programs):
                time.sleep(0.3)
            raise CommandError("The web server or the worker has stopped; its reason stands above.")
        except KeyboardInterrupt:
            self.stdout.write("Stopping.")
        finally:
            _end(programs)

    def _start(self, known: dict[str, str], *command: str) -> subprocess.Popen:
        return subprocess.Popen(  # noqa: S603 our own programs
            [sys.executable, *command], cwd=settings.BASE_DIR, env=known
        )

    def _say_where(self):
        links = seeding.links()
        self.stdout.write(f"\nThe demo shop runs at {settings.BASE_URL}  (Ctrl-C stops it)\n\nLog in as:")
        for account in demo_shop.ACCOUNTS:
            self.stdout.write(
                f"  {account.username:<8} {account.password:<24} {account.role:<14} {account.email}"
            )
        if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
            self.stdout.write(f"\nMail goes nowhere: each is a file in {settings.EMAIL_FILE_PATH}")
        self.stdout.write("\nThings to try:")
        for what, link in links:
            self.stdout.write(f"  {what:<58} {link}")
        self.stdout.flush()


# Two processes of four threads: pages keep coming while one process is busy.
_WEB = (
    "-m",
    "gunicorn",
    "feedback.wsgi",
    "--bind",
    f"127.0.0.1:{settings.PORT}",
    "--workers=2",
    "--threads=4",
    "--log-level=warning",
    "--no-control-socket",  # it would lie in the home folder
)
_WORKER = ("manage.py", "work")


def _secrets() -> dict[str, str]:
    """Of the web shop and the bank of the demo, new ones each time: whoever tries their webhooks sets others
    in the environment."""
    return {credentials.name(slug, hearing.SECRET): secrets.token_urlsafe(24) for slug in demo_orders.SOURCES}


def _interrupt(*_args) -> None:
    raise KeyboardInterrupt


def _end(programs: list[subprocess.Popen]) -> None:
    for program in programs:
        program.terminate()
    for program in programs:
        try:
            program.wait(_ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
