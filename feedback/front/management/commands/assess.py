"""Try the policy on your own texts, one per line, without a database."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from feedback import shop
from feedback.facts import live_terms
from feedback.front import assess
from feedback.policy.terms import BadTerms, Terms
from feedback.text.lines import use_utf8


class Command(BaseCommand):
    help = (
        "Read FILE or standard input, one text or JSON object a line; print what would be decided and said."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="standard input when left out")
        parser.add_argument("--policy", help="a policy file (TOML) to try instead of the live one")

    def handle(self, *, file: str | None, policy: str | None, **options):
        terms, the_shops = _terms(policy), _of_the_shop()
        use_utf8(self.stdout)
        try:
            with open(file or 0, "rb", closefd=bool(file)) as given:  # 0: standard input
                for answer in assess.lines(given, terms, **the_shops):
                    self.stdout.write(json.dumps(answer, ensure_ascii=False))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None


def _of_the_shop() -> dict[str, str]:
    """Its currency, language and form of address; without a database, as for a new shop."""
    if not _database_is_there():
        return {"currency": "VND", "language": settings.LANGUAGE_CODE}
    here = shop.current()
    return {"currency": here.currency, "language": here.language, "address": here.form_of_address}


def _terms(file: str | None) -> Terms:
    """The given policy, else the live one, else the shipped one."""
    if file is None:
        return _live()
    try:
        return Terms.from_toml(Path(file).read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--policy {file}: {error}") from None
    except BadTerms as error:
        raise CommandError(f"--policy {file}: {error}") from None


def _live() -> Terms:
    if not _database_is_there():
        return Terms.shipped()
    try:
        return live_terms()[1]
    except DatabaseError:  # not migrated yet
        return Terms.shipped()


def _database_is_there() -> bool:
    """Looking must not make an empty SQLite file where there is none."""
    if settings.SQLITE and not Path(settings.DATABASES["default"]["NAME"]).exists():
        return False
    try:
        connections["default"].ensure_connection()
    except DatabaseError:
        return False
    return True
