"""The comments beneath the trends taken along, 100,000 of them, and the explorer's own numbers as files.

    .venv/bin/python benchmarks/exports.py [--rows 100000] [--keep FOLDER]

Makes the comments itself, over three years, in both languages, with readings and themes; one in a hundred
begins as a formula would. Asked for as CSV, JSON and XLSX, all of them and those of one theme; then the
workbook with charts and the JSON of the explorer over the three years. Web server as reliability.md asks
for it: gunicorn, three workers of four threads; SQLite unless DATABASE_URL names an empty database. On a
busy machine look at the processor's seconds beside the wall's. Exits with 1 when a first byte takes longer
than a second, all of it longer than a minute, or the memory of a worker grows by more than 100 MB (LD6).
"""

import argparse
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import results  # benchmarks/results.py, beside this file

DAYS, BATCH = 1096, 2_000
SENTENCES = (
    "Giao hàng trễ {n} ngày, hộp móp, gọi mãi không ai trả lời. Mong tiệm xem lại giúp.",
    "Đẹp lắm, men bóng, gói rất kỹ. Lần thứ {n} mua ở đây và lần nào cũng hài lòng!",
    "Arrived {n} days late and the handle was broken. Nobody told me why.",
    "Lovely bowl, great price, well packed. I have bought {n} of them by now.",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--keep", metavar="FOLDER", help="keep what is made there, and use it the next time")
    chosen = options.parse_args()
    with results._folder(chosen.keep) as folder:
        cookie = _prepare(folder, chosen.rows)
        today = datetime.now(UTC).date()
        days = f"from={today - timedelta(days=DAYS - 1)}&to={today}"
        good = [
            _measured(f"{chosen.rows:,} comments as {kind}{said}", f"/comments.{kind}?{days}{about}", cookie)
            for kind in ("csv", "json", "xlsx")
            for said, about in (("", ""), (" of one theme", "&theme=late_delivery&polarity=negative"))
        ]
        good.append(_measured("explorer with charts", f"/trends/themes.xlsx?{days}&split=channel", cookie))
        good.append(_measured("explorer as JSON", f"/api/v1/trends/themes?{days}&split=channel", cookie))
    print(f"load of the machine: {os.getloadavg()[1]:.1f}")
    sys.exit(0 if all(good) else 1)


def _measured(what: str, path: str, cookie: str) -> bool:
    with results._served() as server:
        results._ask("/comments/", cookie)
        before = results._processor_seconds(server)
        with results._watched(server) as grown:
            asked = results._ask(path, cookie)
        cpu = results._processor_seconds(server) - before
    print(f"LD6 {what}: first byte {asked.first:.2f} s (wanted {results.FIRST_BYTE:.0f}), whole"
          f" {asked.whole:.1f} s (wanted {results.WHOLE:.0f}; {cpu:.1f} s of processor),"
          f" {asked.size / results.MB:.1f} MB, memory + {grown[0]:.0f} MB (wanted {results.GROWTH})",
          flush=True)  # fmt: skip
    return (
        asked.first <= results.FIRST_BYTE
        and asked.whole <= results.WHOLE
        and grown[0] <= results.GROWTH
    )  # fmt: skip


def _prepare(folder: str, rows: int) -> str:
    """The session of a manager."""
    results.start_django(folder)
    from django.core.management import call_command
    from django.db import connection

    from feedback.models import Comment, Shop

    call_command("migrate", verbosity=0)
    if not Shop.objects.exists():
        Shop.objects.create(pk=1, name="Bench", set_up_at=datetime.now(UTC))
    if Comment.objects.count() < rows:
        _make(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return results.session_of_a_manager()


def _make(rows: int) -> None:
    """As the reading job leaves them, totals too."""
    from django.core.management import call_command
    from django.db import transaction

    from feedback.models import Analysis, Comment, Mention, Theme

    dice, now = random.Random(4), datetime.now(UTC)
    themes = list(Theme.objects.filter(slug__in=["late_delivery", "packaging", "damaged", "price_value"]))
    for start in range(0, rows, BATCH):
        some = [_comment(dice, now, n) for n in range(start, min(start + BATCH, rows))]
        with transaction.atomic():
            said = Comment.objects.bulk_create(some)
            Analysis.objects.bulk_create(_analysis(dice, one, now) for one in said)
            Mention.objects.bulk_create(
                Mention(comment=one, theme=theme, polarity=dice.choice(["negative", "positive"]), words=["x"])
                for one in said
                for theme in dice.sample(themes, 2)
            )
    call_command("rebuild_totals", "--write", verbosity=0)


def _comment(dice: random.Random, now: datetime, number: int):
    from feedback.models import Comment

    text = dice.choice(SENTENCES).format(n=dice.randint(2, 40))
    at = now - timedelta(days=dice.random() * (DAYS - 2))
    return Comment(
        text=f"=2+{number} {text}" if number % 100 == 0 else text,
        author=f"Lan {number}",
        channel=dice.choice(["review", "survey", "form"]),
        source=f"source-{number % 12}",
        why=dice.choice(["unsolicited", "invited"]),
        score=dice.randint(1, 5),
        scale="stars_5",
        said_at=at,
        received_at=at,
        read_at=now,
    )


def _analysis(dice: random.Random, one, now: datetime):
    from feedback.models import Analysis

    return Analysis(
        comment=one,
        engine="bench",
        lang="vi" if one.text[0] in "GĐ" else "en",
        sentiment=dice.choice(["negative", "positive"]),
        score=0,
        complaint=False,
        problem="none",
        fault="none",
        wish="none",
        read_at=now,
    )


if __name__ == "__main__":
    main()
