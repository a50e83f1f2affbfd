"""Open and submit a survey at 20 clients, beside a bare Django form view that inserts one row.

    .venv/bin/python benchmarks/survey_flow.py [--flows 600] [--clients 20] [--rounds 3]

Both run under the demo's web server (gunicorn, two workers of four threads), SQLite unless DATABASE_URL names
another database, and take turns. A flow is what a browser does on the page with all questions: GET the form,
POST it, GET the page it redirects to. Ours writes a response, answers, comments, a reward, a mail, an event.
"""

import argparse
import http.client
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
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(HERE)]
with socket.create_server(("127.0.0.1", 0)) as _free:
    PORT = _free.getsockname()[1]
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_ANSWERS = {
    "q-problem": "not_solved",
    "q-expectation": "below",
    "q-recommend": "4",
    "q-touchpoint": "delivery",
    "q-story": "Hàng đến trễ ba ngày và hộp bị móp, gọi hỏi không ai trả lời.",
    "q-wish": "Gửi lại cho tôi một chiếc khác.",
    "action": "finish",
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--flows", type=int, default=600)
    options.add_argument("--clients", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _prepare(folder)
        rounds = [_round(folder, chosen.flows, chosen.clients) for _ in range(chosen.rounds)]
    _report(chosen, rounds)


def _prepare(folder: str) -> None:
    os.environ |= {"SECRET_KEY": "benchmark", "DATA_DIR": folder, "BASE_URL": f"http://127.0.0.1:{PORT}"}
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3")
    os.environ["BARE_DATABASE"] = f"{folder}/bare.sqlite3"
    os.environ["LOG_LEVEL"] = "ERROR"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from bare_form import make_table

    make_table()


def _round(folder: str, flows: int, clients: int) -> dict[str, tuple[float, float]]:
    """Flows per second and the 95th percentile in milliseconds, of each, once its workers are warm."""
    before = 3 * clients  # flows that are not counted: each worker reads its templates and words once
    with _served("bare_form:application"):
        bare = _measured([("/", {"text": _ANSWERS["q-story"]})] * (before + flows), before, clients)
    links = _links(before + flows)
    with _served("feedback.wsgi:application"):
        ours = _measured([(f"/s/{token}/?all=1", _ANSWERS) for token in links], before, clients)
    _check(before + flows)
    return {"bare": bare, "ours": ours}


def _links(count: int) -> list[str]:
    from django.utils import timezone

    from feedback.models import Customer, Order
    from surveys import invitations, publishing
    from surveys.models import Survey

    now = timezone.now()
    Survey.objects.filter(state="live").update(state="closed")
    survey = publishing.start_post_purchase(
        name="bench", slug=f"bench-{time.time_ns()}", reward_amount=50_000, currency="VND", now=now
    )
    links = []
    for number in range(count):
        customer = Customer.objects.create(name="Lan", email=f"{time.time_ns()}@example.com", since=now)
        order = Order.objects.create(
            number=f"{time.time_ns()}", customer=customer, placed_at=now, received_at=now, total=number
        )
        invitation = invitations.invite(survey, order=order, as_link=True, now=now)
        links.append(invitations.mint(invitation, "bench", now))
    return links


def _check(flows: int) -> None:
    from surveys.models import Response, Survey

    finished = Response.objects.filter(state="finished", version__survey=Survey.objects.latest("pk")).count()
    if finished != flows:
        sys.exit(f"{finished} of {flows} responses were stored: the figures would be worth nothing")


@contextmanager
def _served(application: str):
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{PORT}"]
    command += ["--workers=2", "--threads=4", "--log-level=error"]
    path = os.pathsep.join([str(ROOT), str(HERE)])
    server = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path}, cwd=ROOT)
    try:
        _wait_until_it_answers()
        yield
    finally:
        server.terminate()
        server.wait()


def _wait_until_it_answers() -> None:
    for _ in range(200):
        try:
            _get(http.client.HTTPConnection("127.0.0.1", PORT, timeout=5), "/healthz", {})
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


def _measured(flows: list[tuple[str, dict[str, str]]], before: int, clients: int) -> tuple[float, float]:
    _run(flows[:before], clients)
    return _run(flows[before:], clients)


def _run(flows: list[tuple[str, dict[str, str]]], clients: int) -> tuple[float, float]:
    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        took = sorted(pool.map(lambda flow: _flow(*flow), flows))
        seconds = time.perf_counter() - started
    return len(flows) / seconds, took[int(len(took) * 0.95)] * 1000


def _flow(path: str, fields: dict[str, str]) -> float:
    """Open, submit, follow: as one new visitor, over one connection."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    cookies: dict[str, str] = {}
    page = _get(connection, path, cookies)
    body = urlencode(fields | {"csrfmiddlewaretoken": _CSRF.search(page)[1]})
    connection.request("POST", path, body, _headers(cookies, posting=True))
    answer = connection.getresponse()
    answer.read()
    if answer.status not in (302, 303):
        sys.exit(f"{path}: {answer.status} instead of a redirect")
    _get(connection, answer.headers["Location"], cookies)
    connection.close()
    return time.perf_counter() - started


def _get(connection: http.client.HTTPConnection, path: str, cookies: dict[str, str]) -> str:
    connection.request("GET", path, headers=_headers(cookies))
    answer = connection.getresponse()
    for header in answer.headers.get_all("Set-Cookie") or []:
        name, _, value = header.split(";", 1)[0].partition("=")
        cookies[name] = value
    return answer.read().decode()


def _headers(cookies: dict[str, str], *, posting: bool = False) -> dict[str, str]:
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    if posting:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{PORT}"}
    return headers


def _report(chosen: argparse.Namespace, rounds: list[dict[str, tuple[float, float]]]) -> None:
    print(f"{chosen.flows} flows, {chosen.clients} clients, {chosen.rounds} rounds, medians")
    for name, label in (("bare", "bare Django form view, one row"), ("ours", "survey with reward")):
        speed = statistics.median(one[name][0] for one in rounds)
        p95 = statistics.median(one[name][1] for one in rounds)
        print(f"{label:<34}{speed:>8.0f} flows/s{p95:>8.0f} ms p95")
    print(f"ratio {statistics.median(one['ours'][0] / one['bare'][0] for one in rounds):.2f}")


if __name__ == "__main__":
    main()
