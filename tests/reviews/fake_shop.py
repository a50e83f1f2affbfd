"""A WooCommerce shop on this machine: it knows the truth, and answers as badly as it is told to.

`FakeShop(faults="429:.1,cut:.05", seed=3)`; faults are a share of the requests each:

429 (with Retry-After) · 500 · hang (no answer) · cut (half an answer) · badjson · html · redirect ·
deep (100,000 brackets) · lost (a reply is kept, the answer is not) · dup (a review twice on a page) ·
shuffle (a page in another order).

`skew` moves the shop's clock. `stats()` counts what was asked; `clock` is the moment that Retry-After is
measured by.
"""

import base64
import json
import random
import re
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY, SECRET, ACCOUNT, PASSWORD = "ck_fake", "cs_fake", "gom-reply", "abcd efgh ijkl"
RETRY_AFTER = 40  # seconds
HANGS = 0.25  # seconds that a hanging answer lasts at least; clients give up before
_BEFORE = ("429", "500", "hang", "cut", "badjson", "html", "redirect", "deep")


class FakeShop:
    def __init__(self, *, faults="", seed=0, skew=timedelta(0), clock=None, holds=False, pages=True):
        self.dice = random.Random(seed)
        self.faults = {name: float(share) for name, share in (f.split(":") for f in faults.split(",") if f)}
        self.skew, self.holds, self.sends_pages = skew, holds, pages
        self.clock = clock or (lambda: datetime.now(UTC))
        self.reviews, self.comments, self.asked = {}, {}, []
        self.counts, self.in_a_row = Counter(), Counter()
        self.most_tries = self.too_fast = 0
        self.quiet_until, self.lock = None, threading.RLock()
        self.down, self.refuses = False, None  # refuses: what the shop says to every reply
        self.script = []  # faults of the next requests, before any dice: "" is a good answer
        self._ids = 100

    # the truth

    def write(self, text="<p>Ấm bị vỡ khi mở hộp.</p>\n", stars=2, **columns):
        with self.lock:
            self._ids += self.dice.randint(1, 3)
            said = (self.clock() + self.skew).strftime("%Y-%m-%dT%H:%M:%S")
            self.reviews[self._ids] = {
                "id": self._ids,
                "date_created": said,
                "date_created_gmt": said,
                "product_id": 7,
                "product_name": "Ấm trà",
                "product_permalink": "https://gom.example/am-tra/",
                "status": "approved",
                "reviewer": "Lan",
                "reviewer_email": "lan@example.com",
                "review": text,
                "rating": stars,
                "verified": True,
            } | columns
            return self._ids

    def edit(self, number, text, stars=1):
        self.reviews[number] |= {"review": text, "rating": stars}

    def delete(self, number):
        del self.reviews[number]

    def truth(self):
        """What an honest look would find: by id, the text and the stars."""
        shown = {key: raw for key, raw in self.reviews.items() if raw["status"] == "approved"}
        return {str(key): (raw["review"], raw["rating"]) for key, raw in shown.items()}

    def replies_to(self, number):
        return [raw for raw in self.comments.values() if raw["parent"] == int(number)]

    def stats(self):
        texts = Counter((raw["parent"], raw["content"]) for raw in self.comments.values())
        beneath = Counter(raw["parent"] for raw in self.comments.values())
        return {
            "asked": len(self.asked),
            "faults": dict(self.counts),
            "too_fast": self.too_fast,
            "most_tries": self.most_tries,
            "double_texts": [text for text, times in texts.items() if times > 1],
            "more_than_one_text": [parent for parent, times in beneath.items() if times > 1],
        }

    # the answers

    def answer(self, method, target, headers, body):
        """(status, headers, body), or the name of a fault that breaks the connection."""
        place = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        with self.lock:
            self.asked.append(f"{method} {target}")
            if self.quiet_until and self.clock() < self.quiet_until:
                self.too_fast += 1
            fault = "500" if self.down else self._fault()
            asked = (method, place.path, query.get("page"))
            self.in_a_row[asked] = self.in_a_row[asked] + 1
            self.most_tries = max(self.most_tries, self.in_a_row[asked])
            if fault in _BEFORE:
                return self._fail(fault)
            if not fault:
                self.in_a_row[asked] = 0
            status, said, more = self._route(method, place.path, query, headers, json.loads(body or "null"))
            if fault == "lost":
                self.counts["lost"] += 1
                return "cut"
            return status, more, json.dumps(said).encode()

    def _fault(self):
        if self.script:
            return self.script.pop(0)
        roll = self.dice.random()
        for name, share in self.faults.items():
            if name in (*_BEFORE, "lost"):
                roll -= share
                if roll < 0:
                    return name
        return ""

    def _fail(self, fault):
        self.counts[fault] += 1
        if fault == "429":
            self.quiet_until = self.clock() + timedelta(seconds=RETRY_AFTER)
            return 429, {"Retry-After": str(RETRY_AFTER)}, b'{"code":"too_many"}'
        if fault == "redirect":
            return 302, {"Location": "http://127.0.0.1:1/elsewhere"}, b""
        bodies = {
            "500": (500, b"<h1>There has been a critical error</h1>"),
            "badjson": (200, b'[{"id": 1, "review": "half'),
            "html": (200, b"<!doctype html><title>Maintenance</title>"),
            "deep": (200, b"[" * 100_000),
        }
        if fault not in bodies:
            return fault
        status, body = bodies[fault]
        return status, {}, body

    def _route(self, method, path, query, headers, sent):
        who = base64.b64decode(headers.get("Authorization", "Basic ").partition(" ")[2]).decode()
        if path.startswith("/wp-json/wc/v3/"):
            if who != f"{KEY}:{SECRET}":
                return 401, {"code": "woocommerce_rest_cannot_view", "message": "Sorry"}, {}
            return self._reviews(path.removeprefix("/wp-json/wc/v3/products/reviews"), query)
        if who != f"{ACCOUNT}:{PASSWORD}":
            return 401, {"code": "rest_not_logged_in", "message": "Sorry"}, {}
        if path == "/wp-json/wp/v2/users/me":
            return 200, {"id": 3, "name": "Gốm", "capabilities": {"moderate_comments": True}}, {}
        if found := re.fullmatch(r"/wp-json/wp/v2/comments(?:/(\d+))?", path):
            return self._comments(method, found[1], query, sent)
        return 404, {"code": "rest_no_route", "message": "No route"}, {}

    def _reviews(self, rest, query):
        if rest:
            raw = self.reviews.get(int(rest.strip("/")))
            if raw is None:
                return 404, {"code": "woocommerce_rest_review_invalid_id", "message": "Invalid"}, {}
            return 200, raw, {}
        shown = [raw for raw in self.reviews.values() if raw["status"] == query.get("status", "approved")]
        shown.sort(key=lambda raw: int(raw["id"]), reverse=query.get("order") == "desc")
        size, page = int(query["per_page"]), int(query.get("page", 1))
        found = shown[size * (page - 1) : size * page]
        if found and self._happens("dup"):
            found = [*found, self.dice.choice(found)]
        if self._happens("shuffle"):
            self.dice.shuffle(found)
        pages = {"X-WP-Total": str(len(shown)), "X-WP-TotalPages": str(-(-len(shown) // size))}
        return 200, found, pages if self.sends_pages else {}

    def _happens(self, fault):
        happens = self.dice.random() < self.faults.get(fault, 0)
        self.counts[fault] += happens
        return happens

    def _comments(self, method, number, query, sent):
        if method == "POST":
            return self._keep(number, sent)
        if number:
            raw = self.comments.get(int(number))
            if raw is None:
                return 404, {"code": "rest_comment_invalid_id", "message": "Invalid"}, {}
            return 200, self._shown(raw), {}
        beneath = self.replies_to(query["parent"])
        return 200, [self._shown(raw) for raw in beneath if raw["status"] in ("approved", "hold")], {}

    def _keep(self, number, sent):
        if self.refuses:
            return 400, self.refuses, {}
        if number:
            if int(number) not in self.comments:
                return 404, {"code": "rest_comment_invalid_id", "message": "Invalid"}, {}
            self.comments[int(number)]["content"] = sent["content"]
            return 200, self._shown(self.comments[int(number)]), {}
        if sent["parent"] not in self.reviews or sent["post"] != 7:
            return 403, {"code": "rest_comment_invalid_post_id", "message": "Invalid"}, {}
        self._ids += 1
        made = {"id": self._ids, "status": "hold" if self.holds else "approved"} | sent
        self.comments[self._ids] = made
        return 201, self._shown(made), {}

    def _shown(self, raw):
        """As WordPress gives it for editing; what is rendered has curly quotes and paragraphs."""
        rendered = f"<p>{raw['content']}</p>"
        return {**raw, "type": "comment", "content": {"raw": raw["content"], "rendered": rendered}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        shop = self.server.shop
        answer = shop.answer(self.command, self.path, self.headers, self.rfile.read(length))
        self.close_connection = True
        if answer == "hang":
            self.server.ends.wait(HANGS)
            return
        if answer == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n[{")
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *arguments):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that was killed, or gave up waiting, is what we are here for."""


@contextmanager
def open_shop(shop):
    """Serves until the block ends; gives the shop's address."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.shop, server.ends = shop, threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.ends.set()
        server.shutdown()
        server.server_close()
        thread.join()
