"""Clients of benchmarks/surveys.py: open, submit, follow, as browsers do; and many submits at one moment."""

import http.client
import re
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlencode

_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Flow:
    """One visitor: the page with all questions at `path`, and what they send."""

    path: str
    fields: Fields


class Refused(RuntimeError):
    """An answer that no visitor should get; the figures would be worth nothing."""


def run(flows: Sequence[Flow], port: int, clients: int) -> tuple[float, list[float]]:
    """Seconds from the first to the last, and of each flow, sorted."""
    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        took = sorted(pool.map(lambda flow: _walk(flow, port), flows))
        return time.perf_counter() - started, took


def burst(flows: Sequence[Flow], port: int) -> tuple[list[int], list[float]]:
    """All have the page open and submit at one moment: statuses, and seconds until each answer, sorted."""
    opened = [_opened(flow, port) for flow in flows]
    everybody = threading.Barrier(len(flows) + 1)

    def submit(visitor: "_Visitor") -> tuple[int, float]:
        everybody.wait()
        began = time.perf_counter()
        status = visitor.submit().status
        return status, time.perf_counter() - began

    with ThreadPoolExecutor(len(flows)) as pool:
        sent = [pool.submit(submit, visitor) for visitor in opened]
        everybody.wait()
        ends = [one.result() for one in sent]
    return [status for status, _seconds in ends], sorted(seconds for _status, seconds in ends)


def is_up(port: int, path: str) -> bool:
    try:
        _Visitor(Flow(path, {}), port).get(path)
    except OSError:
        return False
    return True


def _walk(flow: Flow, port: int) -> float:
    """Over one connection, as a new visitor."""
    started = time.perf_counter()
    visitor = _Visitor(flow, port)
    visitor.open()
    answer = visitor.submit()
    if answer.status not in (302, 303):
        raise Refused(f"{flow.path}: {answer.status} instead of a redirect\n{answer.read()[:3000]!r}")
    visitor.get(answer.headers["Location"])
    visitor.connection.close()
    return time.perf_counter() - started


def _opened(flow: Flow, port: int) -> "_Visitor":
    visitor = _Visitor(flow, port)
    visitor.open()
    visitor.connection.close()  # the server does not wait for who fills in a form
    return visitor


class _Visitor:
    def __init__(self, flow: Flow, port: int) -> None:
        self.flow, self.port = flow, port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def open(self) -> None:
        page = self.get(self.flow.path)
        self.token = _CSRF.search(page)[1]

    def get(self, path: str) -> str:
        answer = self._ask("GET", path, None, self._headers())
        page = answer.read().decode()
        if answer.status != 200:
            raise Refused(f"{path}: {answer.status}\n{page[:3000]}")
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return page

    def submit(self) -> http.client.HTTPResponse:
        body = urlencode({**self.flow.fields, "csrfmiddlewaretoken": self.token}, doseq=True)
        headers = self._headers() | {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
        }
        answer = self._ask("POST", self.flow.path, body, headers)
        answer.read()
        return answer

    def _ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        """As browsers do: a connection that the server has closed, having waited for two seconds, is opened
        anew. It closes none on which it has begun to read."""
        for is_last in (False, True):
            try:
                self.connection.request(method, path, body, headers)
                return self.connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()
                if is_last:
                    raise
        raise AssertionError

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
