"""The worker of the embedded set-up: no broker, the database row is the queue."""

import signal
import threading

from django.core.management.base import BaseCommand

from feedback import work


class Command(BaseCommand):
    help = "Run every job continuously. SIGTERM and Ctrl-C end it after the batch; kill -9 loses nothing."

    def handle(self, **options):
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        work.forever(work.jobs(), stop)
