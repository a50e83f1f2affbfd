"""10,000 reviews from a CSV file to drafted replies, beside the loop a user would write. SQLite, one process.

    .venv/bin/python benchmarks/importing.py [--rows 10000] [--rounds 3]

The naive loop stores one row per review with save(), on SQLite as Django sets it up, and asks TextBlob for
the polarity; a second one has our settings of SQLite (WAL), which spare it a sync of the disk per row. Ours
imports (checks, versions, links), reads (language, sentiment, themes, problem, leverage, personal data),
keeps daily totals, then decides and drafts. Each part is a fresh process with a fresh database; medians.
"""

import argparse
import csv
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "feedback" / "front" / "demo"
sys.path.insert(0, str(ROOT))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--part", choices=_PARTS, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.part:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(_PARTS[chosen.part](folder, _reviews(chosen.rows))))
        return
    _report(chosen.rows, [_round(chosen.rows) for _ in range(chosen.rounds)])


def _round(rows: int) -> dict[str, float]:
    """Seconds of each part."""
    seconds: dict[str, float] = {}
    for part in _PARTS:
        again = [sys.executable, __file__, "--part", part, "--rows", str(rows)]
        seconds |= json.loads(subprocess.check_output(again))
    return seconds


def _start_django(folder: str) -> None:
    os.environ |= {
        "SECRET_KEY": "benchmark",
        "DATA_DIR": folder,
        "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
    }
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _reviews(count: int) -> list[dict[str, str]]:
    """As many different texts as rows, in both languages, over two years: the beginning of one of the demo
    shop's texts with the end of another."""
    dice = random.Random(2)
    told = {
        language: [
            json.loads(line)
            for line in (ROOT / f"feedback/front/demo/reviews.{language}.jsonl")
            .read_text("utf-8")
            .splitlines()
        ]
        for language in ("vi", "en")
    }
    now = datetime.now(UTC)
    rows = []
    for number in range(count):
        texts = told["vi" if dice.random() < 0.5 else "en"]
        head, tail = dice.choice(texts), dice.choice(texts)
        rows.append(
            {
                "id": str(number),
                "text": f"{_half(head['text'], 0)} {_half(tail['text'], 1)}",
                "stars": str(head["stars"]),
                "author": head["author"],
                "date": (now - timedelta(minutes=dice.randrange(60, 730 * 1440))).isoformat(
                    timespec="seconds"
                ),
            }
        )
    return rows


def _half(text: str, which: int) -> str:
    words = text.split()
    middle = (len(words) + 1) // 2
    return " ".join(words[middle:] if which else words[:middle])


def _naive(folder: str, rows: list[dict[str, str]], name: str, **options: str) -> dict[str, float]:
    import django
    from django.conf import settings

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/naive.sqlite3", "OPTIONS": options}
    settings.configure(DATABASES={"default": database}, USE_TZ=True)
    django.setup()
    from django.db import connection, models
    from textblob import TextBlob

    class NaiveReview(models.Model):
        external_id = models.CharField(max_length=100, unique=True)
        text = models.TextField()
        stars = models.IntegerField()
        author = models.CharField(max_length=200)
        said_at = models.DateTimeField(db_index=True)
        polarity = models.FloatField()

        class Meta:
            app_label = "benchmark"

    with connection.schema_editor() as editor:
        editor.create_model(NaiveReview)
    TextBlob("warm").sentiment  # noqa: B018 its import is not part of the loop
    started = time.perf_counter()
    for row in rows:
        NaiveReview(
            external_id=row["id"],
            text=row["text"],
            stars=int(row["stars"]),
            author=row["author"],
            said_at=datetime.fromisoformat(row["date"]),
            polarity=TextBlob(row["text"]).sentiment.polarity,
        ).save()
    return {name: time.perf_counter() - started}


def _naive_stock(folder: str, rows: list[dict[str, str]]) -> dict[str, float]:
    return _naive(folder, rows, "naive")


def _naive_wal(folder: str, rows: list[dict[str, str]]) -> dict[str, float]:
    return _naive(
        folder, rows, "naive WAL", init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    )


def _ours(folder: str, rows: list[dict[str, str]]) -> dict[str, float]:
    _start_django(folder)
    from django.core.management import call_command

    from feedback import comments, work
    from feedback.text import reader
    from reviews.tasks import ANSWER_REVIEWS

    file = Path(folder) / "reviews.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    list(reader.read_many(["warm", "ấm"]))
    started = time.perf_counter()
    call_command("import_reviews", str(file), "--source", "bench", stdout=io.StringIO())
    imported = time.perf_counter()
    work.drain(comments.READ)
    read = time.perf_counter()
    work.drain(ANSWER_REVIEWS)
    answered = time.perf_counter()
    return {
        "import": imported - started,
        "read": read - imported,
        "answer": answered - read,
        "import+read": read - started,
        "all": answered - started,
    }


_PARTS = {"naive": _naive_stock, "naive-wal": _naive_wal, "ours": _ours}


def _report(rows: int, rounds: list[dict[str, float]]) -> None:
    def per_second(name: str) -> float:
        return statistics.median(rows / one[name] for one in rounds)

    def ratio(name: str) -> float:
        return statistics.median(one["naive"] / one[name] for one in rounds)

    print(f"{rows} reviews, {len(rounds)} rounds, medians")
    print(f"{'naive save() + TextBlob per row':<44}{per_second('naive'):>9,.0f} reviews/s")
    for name, label in (
        ("naive WAL", "the same with our settings of SQLite"),
        ("import", "  import alone"),
        ("read", "  reading and totals alone"),
        ("answer", "  decision and draft alone"),
        ("import+read", "import + read + totals"),
        ("all", "import + read + totals + decision + draft"),
    ):
        print(f"{label:<44}{per_second(name):>9,.0f} reviews/s{ratio(name):>8.1f} × naive")


if __name__ == "__main__":
    main()
