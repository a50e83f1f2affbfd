"""The desk with 100,000 waiting replies: its list, filtered and searched, and an open reply, at 10 clients.

    .venv/bin/python benchmarks/desk.py [--reviews 100000] [--requests 600] [--clients 10] [--rounds 3]
                                        [--keep FOLDER]

Makes the reviews itself: the demo's texts are taken in, read, decided and drafted by the real jobs, and the
rows then copied with other times and a number of their own. With --keep they are used again the next time.
Web server as in the demo (gunicorn, two workers of four threads), SQLite unless DATABASE_URL names another
database, which must be empty and keeps what is made. On a busy machine look at the processor time of a page,
not at its seconds. Last it asks for the pages around the desk, by one client, and says what they take.
"""

import argparse
import http.client
import itertools
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
with socket.create_server(("127.0.0.1", 0)) as _free:
    PORT = _free.getsockname()[1]
PAGES = {
    "list": "/replies/",
    "one route": "/replies/?route=safety",
    "a source that is rare": "/replies/?source=rare",
    "held for an answer: none": "/replies/?needs=answer",
    "read by nobody: none": "/replies/?sentiment=unknown",
    "a theme": "/replies/?theme=courier",
    "a theme that is rare": "/replies/?theme=subscription_terms",
    "negative, in English": "/replies/?sentiment=negative&language=en",
    "valued customers": "/replies/?standing=valued",
    "needs an approver": "/replies/?needs=approver",
    "over a week, newest first": "/replies/?age=7&sort=newest",
    "words without marks": "/replies/?q=giao+hang+tre",
    "one word of one review": "/replies/?q=so{number}",
    "words and three filters": "/replies/?q=vo&language=vi&sentiment=negative&age=1",
}
AROUND = {
    "Today": "/",
    "alike: approve together": "/replies/alike/",
    "complaints": "/cases/",
    "public page": "/reviews/",
    "public page 4,000": "/reviews/?page=4000",
}
AT_MOST = 0.4  # seconds, for 95 of 100 pages of the desk: issue 4, Figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reviews", type=int, default=100_000)
    options.add_argument("--requests", type=int, default=600)
    options.add_argument("--clients", type=int, default=10)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--keep", metavar="FOLDER", help="keep what is made there, and use it the next time")
    chosen = options.parse_args()
    with _folder(chosen.keep) as folder:
        cookie = _prepare(folder, chosen.reviews)
        measured = [_round(chosen, cookie) for _ in range(chosen.rounds)]
        around = _around(cookie)
    rounds = [took for took, _used in measured]
    _report(chosen, rounds)
    # Before a next page and an open reply the list was asked for as well.
    used = sum(used for _took, used in measured) / (chosen.rounds * chosen.requests * 1.5)
    print(f"processor time of the web server (SQLite included, PostgreSQL not): {used * 1000:.0f} ms a page")
    print("around the desk, one client")
    for name, took in around.items():
        _line(name, [took])
    sys.exit(0 if _percentile(_together(rounds), 0.95) <= AT_MOST else 1)


@contextmanager
def _folder(kept: str | None):
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield str(Path(kept).resolve())
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield folder


def _prepare(folder: str, count: int) -> str:
    """The session of somebody who approves."""
    os.environ |= {"SECRET_KEY": "benchmark", "DATA_DIR": folder, "BASE_URL": f"http://127.0.0.1:{PORT}"}
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    os.environ["LOG_LEVEL"] = "ERROR"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import Group
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    call_command("migrate", verbosity=0)
    _make(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    from feedback.models import User

    mai, _is_new = User.objects.get_or_create(username="mai-at-the-desk")
    mai.groups.add(Group.objects.get(name="approver"))
    client = Client()
    client.force_login(mai)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _make(count: int) -> None:
    """Nothing, where a run before has made as many."""
    from reviews.models import Reply, Source

    there, started = Reply.objects.count(), time.perf_counter()
    if there >= count and Source.objects.filter(slug="rare").exists():
        print(f"{there:,} reviews were there", flush=True)
        return
    if there:
        sys.exit("this database is not empty")
    _multiply(_originals(), count)
    print(f"{count:,} reviews made in {time.perf_counter() - started:.0f} s", flush=True)


def _originals() -> list:
    """Replies to the demo's reviews, made by the jobs."""
    from django.utils import timezone

    from feedback import comments, shop
    from feedback.models import Shop
    from reviews import drafting, intake
    from reviews.models import Reply, Source
    from reviews.records import ReviewRecord

    now = timezone.now()
    Shop.objects.get_or_create(pk=1, defaults={"name": "Tiệm Gốm Lan", "set_up_at": now})
    shop.forget()
    source = Source.objects.create(slug="own", name="Our page", kind="own")
    Source.objects.create(slug="rare", name="Rare", kind="file")
    lines = [
        json.loads(line)
        for language in ("vi", "en")
        for line in (ROOT / "feedback/front/demo" / f"reviews.{language}.jsonl").read_text().splitlines()
    ]
    records = [
        ReviewRecord(external_id=f"o{n}", text=line["text"], said_at=now, stars=line.get("stars"))
        for n, line in enumerate(lines)
    ]
    intake.receive_many(source, records)
    comments.read_all()
    drafting.answer_all()
    everything = Reply.objects.select_related(
        "review__comment__analysis", "review__search_text", "decision", "case"
    )
    return list(everything.prefetch_related("review__comment__mentions"))


def _multiply(originals: list, count: int) -> None:
    from feedback import bulk

    with bulk.uncollected():
        for start in range(0, count, 2000):
            _copy([(n, originals[n % len(originals)]) for n in range(start, min(start + 2000, count))])


def _copy(numbered: list) -> None:
    """Rows of every table that the desk reads. Each text gets a number of its own, to be found by."""
    from django.utils import timezone

    from feedback import bulk, tokens
    from feedback.models import Analysis, Case, Comment, Decision, Mention
    from reviews.models import Reply, Review, SearchText, Source

    now, rare = timezone.now(), {"source_id": Source.objects.get(slug="rare").pk}
    names = iter(tokens.public_ids(4 * len(numbered)))
    said = [(n, reply, reply.review, reply.review.comment) for n, reply in numbered]
    comments = bulk.write(
        Comment,
        [
            _of(c)
            | {"public_id": next(names), "text": f"{c.text} so{n}", "said_at": _minutes_before(now, 5 * n)}
            for n, _reply, _review, c in said
        ],
    )
    keys = list(zip(said, comments, strict=True))
    bulk.write(Analysis, [_of(c.analysis) | {"comment_id": key} for (_n, _r, _v, c), key in keys])
    mentions = [_of(m) | {"comment_id": key} for (_n, _r, _v, c), key in keys for m in c.mentions.all()]
    bulk.write(Mention, mentions)
    complaints = [(reply, key) for (_n, reply, _v, _c), key in keys if reply.case_id]
    cases = bulk.write(
        Case,
        [_of(reply.case) | {"public_id": next(names), "comment_id": key} for reply, key in complaints],
    )
    case_of = dict(zip([key for _reply, key in complaints], cases, strict=True))
    decisions = bulk.write(
        Decision,
        [_of(r.decision) | {"comment_id": key, "case_id": case_of.get(key)} for (_n, r, _v, _c), key in keys],
    )
    reviews = bulk.write(
        Review,
        [
            _of(review)
            | {"public_id": next(names), "external_id": f"c{n}", "comment_id": key}
            | {"said_at": _minutes_before(now, 5 * n)}
            | (rare if n % 5000 == 7 else {})
            for (n, _reply, review, _c), key in keys
        ],
    )
    bulk.write(
        SearchText,
        [
            {"review_id": pk, "words": f"{review.search_text.words} so{n}"}
            for (n, _reply, review, _c), pk in zip(said, reviews, strict=True)
        ],
    )
    bulk.write(
        Reply,
        [
            _of(reply)
            | {
                "public_id": next(names),
                "review_id": pk,
                "decision_id": decision,
                "case_id": case_of.get(key),
            }
            | {"drafted_at": _minutes_before(now, (n * 7919) % 43_200)}
            | (rare if n % 5000 == 7 else {})
            | ({"standing": "valued"} if n % 50 == 3 else {})
            for ((n, reply, _v, _c), key), pk, decision in zip(keys, reviews, decisions, strict=True)
        ],
    )


def _minutes_before(now, minutes: int):
    return now - timedelta(minutes=minutes)


def _of(row) -> dict:
    from django.db.models import AutoField

    fields = [field for field in row._meta.concrete_fields if not isinstance(field, AutoField)]
    return {field.attname: getattr(row, field.attname) for field in fields}


def _round(chosen: argparse.Namespace, cookie: str) -> tuple[dict[str, list[float]], float]:
    """The seconds of each kind of page, and the processor's."""
    with _served() as server:
        _run(_requests(chosen.clients * 4), chosen.clients, cookie)  # each worker reads its templates once
        before = _processor_seconds(server)
        took = _run(_requests(chosen.requests), chosen.clients, cookie)
        return took, _processor_seconds(server) - before


def _around(cookie: str) -> dict[str, list[float]]:
    with _served():
        paths = [(name, path) for _ in range(21) for name, path in AROUND.items()]
        took = _run(paths, 1, cookie)
    return {name: seconds[1:] for name, seconds in took.items()}


def _processor_seconds(server: subprocess.Popen) -> float:
    used = [worker.cpu_times() for worker in psutil.Process(server.pid).children()]
    return sum(times.user + times.system for times in used)


def _requests(count: int) -> list[tuple[str, str]]:
    """Half of them the plain list and the page after it, a quarter open replies, a quarter all the rest."""
    others = itertools.cycle(list(PAGES.items())[1:])
    kinds = itertools.cycle(["list", "next page", "open", "other"])
    made = []
    for n, kind in zip(range(count), kinds, strict=False):
        name, path = next(others) if kind == "other" else (kind, PAGES["list"])
        made.append((name, path.format(number=n * 97)))
    return made


def _run(requests: list[tuple[str, str]], clients: int, cookie: str) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {}
    with ThreadPoolExecutor(clients) as pool:
        for name, seconds in pool.map(lambda one: _ask(*one, cookie), requests):
            took.setdefault(name, []).append(seconds)
    return took


def _ask(name: str, path: str, cookie: str) -> tuple[str, float]:
    """What a person does: for the next page and an open reply the list was there before, unmeasured."""
    if name in ("next page", "open"):
        page = _get(path, cookie)
        pattern = r'rel="next" href="([^"]+)"' if name == "next page" else r'href="(/replies/\w{16}/[^"]*)"'
        found = re.search(pattern, page)
        path = found[1].replace("&amp;", "&") if found[1].startswith("/") else f"/replies/{found[1]}"
    started = time.perf_counter()
    _get(path, cookie)
    return name, time.perf_counter() - started


def _get(path: str, cookie: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "vi"})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    if answer.status != 200:
        sys.exit(f"{path}: {answer.status}")
    return body


@contextmanager
def _served():
    command = [sys.executable, "-m", "gunicorn", "feedback.wsgi:application", "--bind", f"127.0.0.1:{PORT}"]
    command += ["--workers=2", "--threads=4", "--log-level=error"]
    server = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT)
    try:
        _wait_until_it_answers()
        yield server
    finally:
        server.terminate()
        server.wait()


def _wait_until_it_answers() -> None:
    for _ in range(300):
        try:
            _get("/healthz", "")
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


def _report(chosen: argparse.Namespace, rounds: list[dict[str, list[float]]]) -> None:
    print(
        f"{chosen.reviews:,} reviews, {chosen.clients} clients, {chosen.requests} pages a round,"
        f" {chosen.rounds} rounds: medians of p50 and p95 in ms"
    )
    for name in rounds[0]:
        _line(name, [one[name] for one in rounds])
    _line("all", _together(rounds))
    print(f"wanted: {AT_MOST * 1000:.0f} ms for 95 of 100; load of the machine: {os.getloadavg()[1]:.1f}")


def _line(name: str, rounds: list[list[float]]) -> None:
    p50 = statistics.median(statistics.median(one) for one in rounds)
    p95 = _percentile(rounds, 0.95)
    print(f"{name:<28}{p50 * 1000:>8.0f}{p95 * 1000:>8.0f}   n = {len(rounds[0])}")


def _together(rounds: list[dict[str, list[float]]]) -> list[list[float]]:
    return [list(itertools.chain(*one.values())) for one in rounds]


def _percentile(rounds: list[list[float]], share: float) -> float:
    """The median of the rounds."""
    return statistics.median(sorted(one)[int(len(one) * share)] for one in rounds)


if __name__ == "__main__":
    main()
