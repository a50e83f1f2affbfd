"""manage.py evaluate_reader FILES…: how right the reader is, beside TextBlob and VADER on the same texts."""

import json
import zlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from feedback.text import measured
from feedback.text.labelled import is_held
from feedback.text.lines import use_utf8
from feedback.text.model import Model, load, load_from
from feedback.text.reader import Reader
from feedback.text.sentiment import second_opinion

SIDE = 0.05  # polarity from which on VADER takes a side, as its authors have it
COLUMNS = ("accuracy", "macro_f1", "recall_negative", "calibration_error")


class Command(BaseCommand):
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        # In the language of the moment: argparse takes no lazy words, as `help` would need them.
        parser.description = _(
            "Measure the reader on labelled texts (.jsonl, .jsonl.gz), beside TextBlob and VADER."
        )
        parser.add_argument("files", nargs="+", type=Path, help=_("labelled texts, one a line"))
        parser.add_argument("--json", action="store_true", help=_("print one JSON object a file"))
        parser.add_argument("--theme-map", type=Path, help=_("JSON: file -> label -> common theme"))
        parser.add_argument("--engine", help=_("the name of an engine, or a folder with a model"))
        parser.add_argument(
            "--held",
            action="store_true",
            help=_("only the tenth of a training file kept for this"),
        )
        parser.add_argument("--alone", action="store_true", help=_("without TextBlob and VADER"))

    def handle(self, *args: Any, files: list[Path], engine: str | None, **options: Any) -> None:
        use_utf8(self.stdout)
        reader = Reader(model=_model(engine))
        judges = {} if options["alone"] else _judges()
        theme_maps = _theme_maps(options["theme_map"])
        for path in files:
            told = _told(path, only_held=options["held"])
            readings = list(reader.read_many([line.text for line in told]))
            labels = theme_maps.get(path.name.split(".")[0])
            found = {"file": path.name, **measured.measured(told, readings, judges, labels)}
            if options["json"]:
                self.stdout.write(json.dumps(found, ensure_ascii=False))
            else:
                self._print(found)
        if not options["json"] and "vader" not in judges and not options["alone"]:
            self.stdout.write(_("VADER is not installed (extra “train”)."))

    def _print(self, found: dict[str, Any]) -> None:
        self.stdout.write(f"{found['file']}  ({found['texts']})")
        feeling = found.get("sentiment", {})
        for judge in [name for name in feeling if name != "judged"]:
            shares = [(column, feeling[judge].get(column)) for column in COLUMNS]
            self.stdout.write(_row(judge, feeling["judged"], shares))
        for side in ("themes", "complaint"):
            if told := found.get(side):
                shares = [(name, share) for name, share in told.items() if name != "judged"]
                self.stdout.write(_row(side, told["judged"], shares))


def _told(path: Path, *, only_held: bool) -> list[measured.Line]:
    try:
        told = [line for line in measured.lines(path) if not only_held or is_held(line.text)]
    except measured.NotLabelled as error:
        raise CommandError(
            _("%(file)s, line %(number)s: not a labelled text (JSON with text, polarity, themes).")
            % {"file": path, "number": error.number}
        ) from error
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise CommandError(_unread(path, error)) from error
    if not told:
        raise CommandError(_("%(file)s: there is no text in it.") % {"file": path})
    return told


def _unread(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return _("%(file)s: there is no such file.") % {"file": path}
    return _("%(file)s: cannot be read as a file of texts (UTF-8, or gzip when it ends in .gz).") % {
        "file": path
    }


def _row(name: str, judged: int, shares: list[tuple[str, float | None]]) -> str:
    told = "  ".join(f"{column} {share:.3f}" for column, share in shares if share is not None)
    return f"  {name:<10} {judged:>6}  {told}"


def _judges() -> dict[str, measured.Judge]:
    judges: dict[str, measured.Judge] = {"textblob": lambda text: second_opinion(text).sentiment.value}
    try:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    except ImportError:
        return judges
    vader = SentimentIntensityAnalyzer()
    return judges | {"vader": lambda text: _side(vader.polarity_scores(text)["compound"])}


def _side(polarity: float) -> str:
    if abs(polarity) < SIDE:
        return "neutral"
    return "positive" if polarity > 0 else "negative"


def _theme_maps(path: Path | None) -> dict[str, measured.ThemeMap]:
    """By the first part of the file's name, as in "vi_shop.dev.jsonl.gz"."""
    if path is None:
        return {}
    try:
        return dict(json.loads(path.read_text("utf-8"))["map"])
    except OSError as error:
        raise CommandError(_unread(path, error)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            _("%(file)s: not a map of themes (JSON: “map”, file, label, common theme).") % {"file": path}
        ) from error


def _model(engine: str | None) -> Model:
    """The shipped one; one that a shop taught, by its name; or one just trained, by its folder."""
    if engine is None or engine == load().engine:
        return load()
    if Path(engine).is_dir():
        return load_from(Path(engine))
    from feedback.models import Engine  # needs the database, which the shipped one does not

    found = Engine.objects.filter(name=engine).first()
    if found is None or found.delta is None:
        raise CommandError(_("No engine is called %(name)s.") % {"name": engine})
    return Model.adapted(load(), bytes(found.delta))
