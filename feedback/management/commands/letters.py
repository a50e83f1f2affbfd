"""Compile templates/emails/*.mjml to HTML for mail programs. What it makes is kept beside them."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

FOLDER = Path(settings.BASE_DIR) / "templates" / "emails"
_HEAD = "{% load i18n %}{% get_current_language as LANGUAGE_CODE %}"


def compiled(source: Path) -> str:
    """No font and nothing else is fetched from elsewhere when the letter is opened."""
    from mjml import mjml2html  # here: only developers have it

    return f"{_HEAD}{mjml2html(source.read_text(encoding='utf-8'), fonts={})}\n"


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """None."""

    def handle(self, *args: Any, **options: Any) -> None:
        for source in sorted(FOLDER.glob("*.mjml")):
            source.with_suffix(".html").write_text(compiled(source), encoding="utf-8")
            self.stdout.write(source.with_suffix(".html").name)
