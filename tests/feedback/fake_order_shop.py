"""A web shop on this machine that lists its orders, as WooCommerce or as Shopify, as badly as it is told to.

`script`: faults of the next requests, "" is a good answer: 429, 500, hang, cut, badjson, denied.
"""

import base64
import json
import threading
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "ck_fake", "cs_fake"
HANGS = 0.4  # seconds; clients give up before
RETRY_AFTER = 40


class FakeOrderShop:
    """`orders`: as the shop shows them, by id."""

    def __init__(self):
        self.orders, self.script, self.asked = {}, [], []
        self.per_page = 2

    def has(self, *said):
        self.orders.update({one["id"]: one for one in said})

    def answer(self, target, headers):
        place = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        self.asked.append(query)
        fault = self.script.pop(0) if self.script else ""
        bad = {"429": (429, {"Retry-After": str(RETRY_AFTER)}, b"{}"), "500": (500, {}, b"<h1>no</h1>"),
               "badjson": (200, {}, b'[{"id": 1, "co'), "denied": (403, {}, b"{}")}  # fmt: skip
        if fault in bad:
            return bad[fault]
        if fault:
            return fault
        said, more = (self._woocommerce if "/wc/v3/" in place.path else self._shopify)(query, headers)
        return 200, more, json.dumps(said).encode()

    def _woocommerce(self, query, headers):
        who = base64.b64decode(headers["Authorization"].partition(" ")[2]).decode()
        assert who == f"{KEY}:{SECRET}"
        since = query.get("modified_after", "")
        changed = sorted(one for one, said in self.orders.items() if said["date_modified_gmt"] > since)
        first = (int(query["page"]) - 1) * int(query["per_page"])
        return [self.orders[one] for one in changed[first : first + int(query["per_page"])]], {}

    def _shopify(self, query, headers):
        assert headers["X-Shopify-Access-Token"] == KEY
        since = query.get("updated_at_min", "1970-01-01T00:00:00+00:00")
        changed = sorted(
            one for one, said in self.orders.items()
            if datetime.fromisoformat(said["updated_at"]) >= datetime.fromisoformat(since)
        )  # fmt: skip
        first, each = int(query.get("page_info", 0)), int(query["limit"])
        more = first + each < len(changed)
        link = f'<https://x.example/orders.json?page_info={first + each}&limit={each}>; rel="next"'
        return {"orders": [self.orders[one] for one in changed[first : first + each]]}, {
            "Link": link
        } if more else {}


@contextmanager
def serving(shop):
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            said = shop.answer(self.path, self.headers)
            if said == "hang":
                threading.Event().wait(HANGS)
                return
            if said == "cut":
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"[")
                return
            status, headers, body = said
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
