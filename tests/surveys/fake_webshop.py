"""A web shop on this machine that makes coupons, as WooCommerce or as Shopify, as badly as it is told to.

`script`: faults of the next requests, "" is a good answer: 429, 500, hang, cut, badjson, denied, lost (done,
but the answer never arrives). `is_careless`: it takes a code twice, which real ones do not.
"""

import base64
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

KEY, SECRET = "ck_fake", "cs_fake"
HANGS = 0.4  # seconds; clients give up before
RETRY_AFTER = 40


class FakeWebshop:
    def __init__(self):
        self.coupons, self.asked, self.script = {}, [], []
        self.is_careless, self.refuses = False, ""
        self.may_write, self.currency = True, "VND"
        self.lock, self._ids = threading.RLock(), 0
        self.on_made = lambda: None  # what happens elsewhere while the answer is on its way

    def of(self, code):
        return [one for one in self.coupons.values() if one["code"].upper() == code]

    def use(self, code):
        self.of(code)[0]["usage_count"] += 1

    def answer(self, method, target, headers, body):
        place = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        with self.lock:
            self.asked.append(f"{method} {place.path}")
            fault = self.script.pop(0) if self.script else ""
            if fault == "429":
                return 429, {"Retry-After": str(RETRY_AFTER)}, b"{}"
            if fault == "500":
                return 500, {}, b"<h1>There has been a critical error</h1>"
            if fault == "badjson":
                return 200, {}, b'[{"id": 1, "co'
            if fault == "denied":
                return 403, {}, b"{}"
            if fault in ("hang", "cut"):
                return fault
            sent = json.loads(body or "null")
            if place.path.endswith("/graphql.json"):
                said = self._shopify(headers, sent)
            else:
                said = self._woocommerce(method, place.path, query, headers, sent)
        if fault == "lost":
            return "cut"
        status, content = said
        return status, {}, json.dumps(content).encode()

    def _keep(self, code, columns):
        """None when there is one."""
        if self.of(code.upper()) and not self.is_careless:
            return None
        self._ids += 1
        made = {"id": self._ids, "code": code, "usage_count": 0} | columns
        self.coupons[self._ids] = made
        self.on_made()
        return made

    def _woocommerce(self, method, path, query, headers, sent):
        who = base64.b64decode(headers.get("Authorization", "Basic ").partition(" ")[2]).decode()
        if who != f"{KEY}:{SECRET}":
            return 401, {"code": "woocommerce_rest_cannot_create", "message": "Sorry"}
        if path == "/wp-json/wc/v3/data/currencies/current":
            return 200, {"code": self.currency}
        if method != "GET" and not self.may_write:
            return 401, {"code": "woocommerce_rest_authentication_error", "message": "Read only."}
        if path == "/wp-json/wc/v3/coupons/batch" and not sent:
            return 200, []
        found = re.fullmatch(r"/wp-json/wc/v3/coupons(?:/(\d+))?", path)
        if not found:
            return 404, {"code": "rest_no_route", "message": "No route"}
        if method == "GET":
            return 200, self.of(query["code"].upper()) if "code" in query else list(self.coupons.values())
        if method == "DELETE":
            gone = self.coupons.pop(int(found[1]), None)
            return (200, gone) if gone else (404, {"code": "woocommerce_rest_shop_coupon_invalid_id"})
        if self.refuses:
            return 400, {"code": "woocommerce_rest_invalid_coupon", "message": self.refuses}
        made = self._keep(sent["code"].lower(), sent | {"code": sent["code"].lower()})
        if made is None:
            return 400, {"code": "woocommerce_rest_coupon_code_already_exists", "message": "It exists."}
        return 201, made

    def _shopify(self, headers, sent):
        if headers.get("X-Shopify-Access-Token") != KEY:
            return 401, {"errors": "[API] Invalid API key or access token"}
        query, given = sent["query"], sent["variables"]
        if "currentAppInstallation" in query:
            scopes = [{"handle": "read_discounts"}] + [{"handle": "write_discounts"}] * self.may_write
            ours = {"accessScopes": scopes}
            return 200, {"data": {"shop": {"currencyCode": self.currency}, "currentAppInstallation": ours}}
        if "codeDiscountNodeByCode" in query:
            found = self.of(given["code"])
            return 200, {"data": {"codeDiscountNodeByCode": self._node(found[0]) if found else None}}
        if "discountCodeDelete" in query:
            gone = self.coupons.pop(int(given["id"].rpartition("/")[2]), None)
            errors = [] if gone else [{"code": "DOES_NOT_EXIST", "message": "Discount does not exist."}]
            return 200, {"data": {"discountCodeDelete": {"userErrors": errors}}}
        discount, errors = given["discount"], []
        made = None
        if self.refuses:
            errors = [{"code": "INVALID", "field": ["code"], "message": self.refuses}]
        else:
            made = self._keep(discount["code"], {"discount": discount})
            if made is None:
                errors = [{"code": "TAKEN", "field": ["code"], "message": "Code must be unique."}]
        node = {"id": self._node(made)["id"]} if made else None
        return 200, {"data": {"discountCodeBasicCreate": {"codeDiscountNode": node, "userErrors": errors}}}

    def _node(self, one):
        return {
            "id": f"gid://shopify/DiscountCodeNode/{one['id']}",
            "codeDiscount": {"asyncUsageCount": one["usage_count"]},
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length") or 0)
        answer = self.server.shop.answer(self.command, self.path, self.headers, self.rfile.read(length))
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

    do_POST = do_DELETE = do_GET

    def log_message(self, *arguments):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that gave up waiting is what we are here for."""


@contextmanager
def open_webshop(shop):
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
