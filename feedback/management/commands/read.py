"""manage.py read [FILE]: what each line's text says, one line of JSON a line, without a database."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from feedback.text.lines import bad_line, read_line, use_utf8


class Command(BaseCommand):
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        # In the language of the moment: argparse takes no lazy words, as `help` would need them.
        parser.description = _("Read texts, one a line (JSON or plain), and print one reading a line.")
        parser.add_argument("file", nargs="?", help=_("UTF-8 file; standard input without one"))

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["file"]:
            return self._print(sys.stdin.buffer)
        try:
            with open(options["file"], "rb") as lines:
                self._print(lines)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error

    def _print(self, lines: BinaryIO) -> None:
        use_utf8(self.stdout)
        try:
            for answer in answers(lines):
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
            self.stdout.flush()
        except BrokenPipeError:  # the reader of our output has seen enough, as in `| head`
            sys.stderr.close()


def answers(lines: BinaryIO) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            yield bad_line(number, f"not UTF-8 at byte {error.start + 1}")
            continue
        yield read_line(text, number)
