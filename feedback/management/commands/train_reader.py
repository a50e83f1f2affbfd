"""manage.py train_reader [DATA_DIR]: train the shipped model anew, or teach it this shop's corrections.

With --threats FOLDER, what tells a threat is trained instead (feedback.text.train_pressing, train_weighed,
train_bounds); with --unmarked FOLDER what Vietnamese words without marks are likely to be
(feedback.text.train_unmarked).
"""

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from feedback.text import model


class Command(BaseCommand):
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        # In the language of the moment: argparse takes no lazy words, as `help` would need them.
        parser.description = _(
            "Train the reader: with DATA_DIR its shipped model, without one on this shop's corrections."
        )
        parser.add_argument("data_dir", nargs="?", type=Path, help=_("labelled texts, *.jsonl.gz"))
        parser.add_argument("--into", type=Path, help=_("folder of the model; the shipped one's without it"))
        parser.add_argument(
            "--threats", type=Path, help=_("own texts with threats and without, leverage.*.jsonl")
        )
        parser.add_argument(
            "--unmarked", type=Path, help=_("own Vietnamese texts with their marks, *.vi.jsonl")
        )

    def handle(
        self,
        *args: Any,
        data_dir: Path | None,
        into: Path | None,
        threats: Path | None,
        unmarked: Path | None,
        **options: Any,
    ) -> None:
        if data_dir is not None and unmarked is not None:
            self._count(data_dir, unmarked, into)
        elif data_dir is not None:
            self._train(data_dir, into or model.SHIPPED, threats)
        elif into is not None:
            raise CommandError(_("--into goes with DATA_DIR: what the shop taught is kept in its database."))
        else:
            self._teach()

    def _train(self, data: Path, into: Path, threats: Path | None) -> None:
        """With threats only what tells them is learned anew."""
        _check_folders(*filter(None, (data, threats)))
        try:
            from feedback.text import ship, train_bounds, train_pressing, train_weighed
        except ImportError as error:
            raise CommandError(_("SciPy is needed for this: install the extra “train”.")) from error
        _make(into)
        try:
            if threats:
                train_pressing.train(data, threats, into)
                train_weighed.train(data, threats, into)
                train_bounds.train(data, threats, into)
            else:
                ship.train(data, into)
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"{data}: {error}") from error
        self.stdout.write(str(into))

    def _count(self, data: Path, own: Path, into: Path | None) -> None:
        _check_folders(data, own)
        from feedback.text import train_unmarked

        file = into / train_unmarked.FILE.name if into else train_unmarked.FILE
        _make(file.parent)
        train_unmarked.train(data, own, file)
        self.stdout.write(str(file))

    def _teach(self) -> None:
        from feedback import engines, labels
        from feedback.templatetags.feedback import percent

        try:
            engine = engines.train_now()
        except engines.Busy as error:
            raise CommandError(_("The reader is being trained already.")) from error
        self.stdout.write(f"{engine.name or '-'}  {engine.get_state_display()}")
        if engine.failure == engines.NOTHING:
            self.stdout.write(_("There was nothing to learn from."))
        if engine.report:
            self.stdout.write(_("learned from %(seen)s, judged on %(unseen)s") % engine.report)
        for side in engines.how_it_went(engine):
            told = {"side": labels.SIDES[side["side"]], "before": percent(side["before"])}
            words = _("%(side)s: %(before)s read right before, %(after)s after")
            self.stdout.write(words % {**told, "after": percent(side["after"])})
        if engines.makes_no_difference(engine):
            self.stdout.write(_("No difference: these texts are read as before."))
        if engine.is_active:
            self.stdout.write(_("This engine reads from now on."))


def _check_folders(*folders: Path) -> None:
    for folder in folders:
        if not folder.is_dir():
            raise CommandError(_("%(folder)s: there is no such folder.") % {"folder": folder})


def _make(folder: Path) -> None:
    """So that it is known before minutes of learning whether the weights can be kept there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise CommandError(_("%(folder)s: nothing can be written there.") % {"folder": folder}) from error
