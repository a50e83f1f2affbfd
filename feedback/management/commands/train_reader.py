"""manage.py train_reader [DATA_DIR]: train the shipped model anew, or teach it this shop's corrections."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.text import model


class Command(BaseCommand):
    help = gettext_lazy(
        "Train the reader: with DATA_DIR its shipped model, without one on this shop's corrections."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("data_dir", nargs="?", type=Path, help=gettext_lazy("labelled texts, *.jsonl.gz"))
        parser.add_argument(
            "--into", type=Path, default=model.SHIPPED, help=gettext_lazy("folder of the model")
        )

    def handle(self, *args: Any, data_dir: Path | None, into: Path, **options: Any) -> None:
        if data_dir is None:
            self._teach()
        else:
            self._train(data_dir, into)

    def _train(self, data: Path, into: Path) -> None:
        try:
            from feedback.text import ship
        except ImportError as error:
            raise CommandError(_("SciPy is needed for this: install the extra “train”.")) from error
        try:
            ship.train(data, into)
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"{data}: {error}") from error
        self.stdout.write(str(into))

    def _teach(self) -> None:
        from feedback import engines

        try:
            engine = engines.train_now()
        except engines.Busy as error:
            raise CommandError(_("The reader is being trained already.")) from error
        self.stdout.write(f"{engine.name or '-'}  {engine.get_state_display()}")
        for name, told in (engine.report or {}).items():
            self.stdout.write(f"  {name}: {told}")
        if engine.is_active:
            self.stdout.write(_("This engine reads from now on."))
