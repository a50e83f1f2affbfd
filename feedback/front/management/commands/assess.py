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
        terms, currency, language = _terms(policy)
        use_utf8(self.stdout)
        try:
            with open(file or 0, "rb", closefd=bool(file)) as given:  # 0: standard input
                for answer in assess.lines(given, terms, currency=currency, language=language):
                    self.stdout.write(json.dumps(answer, ensure_ascii=False))
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None


def _terms(file: str | None) -> tuple[Terms, str, str]:
    """The given policy, else the live one, else the shipped one; with the shop's currency and language."""
    terms, currency, language = Terms.shipped(), "VND", settings.LANGUAGE_CODE
    if _database_is_there():
        try:
            terms = live_terms()[1]
            currency, language = shop.current().currency, shop.current().language
        except DatabaseError:
            pass  # not migrated yet
    if file is None:
        return terms, currency, language
    try:
        return Terms.from_toml(Path(file).read_text("utf-8")), currency, language
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--policy {file}: {error}") from None
    except BadTerms as error:
        raise CommandError(f"--policy {file}: {error}") from None


def _database_is_there() -> bool:
    """Looking must not make an empty SQLite file where there is none."""
    if settings.SQLITE and not Path(settings.DATABASES["default"]["NAME"]).exists():
        return False
    try:
        connections["default"].ensure_connection()
    except DatabaseError:
        return False
    return True
