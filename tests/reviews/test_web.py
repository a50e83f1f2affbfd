"""Requests go to the host that was set up, by https, and to no inner address, however it is written."""

import socket
from datetime import UTC, datetime, timedelta

import pytest

from feedback import web
from feedback.html_text import as_html, words_of
from feedback.web import Away

INNER = [
    "127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.9.9", "169.254.169.254", "0.0.0.0", "100.64.0.1",
    "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
]  # fmt: skip


@pytest.fixture
def connected(monkeypatch):
    """Where a socket was opened to; nothing is sent."""
    opened = []

    def connect(self, address):
        opened.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return opened


@pytest.fixture
def named(monkeypatch):
    """`named("1.2.3.4", …)`: what the next look-ups of a name answer, one after the other."""

    def resolve(*answers):
        left = list(answers)

        def getaddrinfo(host, port, *arguments, **more):
            is_address = host[0].isdigit() or ":" in host  # and its own name
            found = [host] if is_address else left.pop(0) if len(left) > 1 else left[0]
            return [
                (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
                for one in found
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return resolve


def trouble(base_url):
    with pytest.raises(Away) as raised:
        web.call("GET", base_url, "/wp-json/", user="u", password="p")
    return raised.value.trouble


@pytest.mark.parametrize("address", INNER)
def test_a_name_that_leads_inside_leads_nowhere(named, connected, address):
    named([address])

    assert (trouble("https://gom.example"), connected) == ("forbidden", [])


def test_one_inner_address_among_others_is_enough(named, connected):
    named(["93.184.215.14", "10.0.0.1"])

    assert (trouble("https://gom.example"), connected) == ("forbidden", [])


@pytest.mark.parametrize(
    "base_url",
    ["https://127.0.0.1", "https://[::1]", "https://2130706433", "https://0x7f.1", "https://localhost"],
)
def test_an_inner_address_is_refused_in_any_spelling(connected, base_url):
    assert trouble(base_url) in ("forbidden", "silent")
    assert connected == []


def test_the_address_that_was_checked_is_the_one_that_is_used(named, connected):
    """DNS rebinding: a second look-up would answer with an inner address."""
    named(["93.184.215.14"], ["127.0.0.1"])

    assert (trouble("https://gom.example"), connected) == ("silent", ["93.184.215.14"])


@pytest.mark.parametrize(
    "base_url", ["http://gom.example", "ftp://gom.example", "file:///etc/passwd", "https://", "https://a:b"]
)
def test_only_https(named, connected, base_url):
    named(["93.184.215.14"])

    assert (trouble(base_url), connected) == ("forbidden", [])


def test_a_host_of_ones_own_is_allowed_by_name(named, connected, settings):
    settings.SOURCE_LOCAL_HOSTS = ["shop.lan"]
    named(["192.168.1.5"])

    assert (trouble("http://shop.lan:8080"), connected) == ("silent", ["192.168.1.5"])


NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 16 Nov 2026 03:00:30 GMT", 30),
        ("Mon, 16 Nov 2026 02:00:00 GMT", 0),
        ("999999999999999", 86_400),
        ("Mon, 16 Nov 2099 03:00:30 GMT", 86_400),
    ],
)
def test_retry_after_in_both_spellings(header, seconds):
    """RFC 9110, 10.2.3; a day at most."""
    assert web.wait_of(header, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("header", ["", "soon", "-5", "١٢", "16/11/2026"])
def test_retry_after_that_says_nothing(header):
    assert web.wait_of(header, NOW) is None


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>Ấm &amp; chén</p>\n<p>đẹp</p>", "Ấm & chén\nđẹp"),
        ("một<br />hai<br>ba", "một\nhai\nba"),
        ("<script>alert(1)</script>tốt", "tốt"),
        ("1 < 2 và <b>đậm", "1 < 2 và đậm"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("&lt;b&gt;", "<b>"),
        ("", ""),
    ],
)
def test_the_words_of_html(markup, words):
    assert words_of(markup) == words


@pytest.mark.parametrize("text", ["a < b & c > d", "“ngoặc”\nhai dòng", "<script>", "&amp;"])
def test_our_words_survive_html(text):
    assert words_of(as_html(text)) == text
