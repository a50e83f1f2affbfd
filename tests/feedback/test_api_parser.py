"""Whatever bytes a program sends, the answer is a clear no, quickly, and never a crash."""

import io
import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from feedback.api_access import DEEPEST, BoundedJSONParser, TooLarge


def parse(raw):
    return BoundedJSONParser().parse(io.BytesIO(raw))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"text": "t\xe1\xbb\x91t"}', {"text": "tốt"}),
        (b"\xef\xbb\xbf[1, 2.5, null, true]", [1, 2.5, None, True]),
        (rb'{"text": "\ud83d\ude0d [[[["}', {"text": "😍 [[[["}),
        (rb'"\\\"[[["', '\\"[[['),
        (b"[" * DEEPEST + b"]" * DEEPEST, json.loads("[" * DEEPEST + "]" * DEEPEST)),
    ],
)
def test_it_reads_json(raw, value):
    assert parse(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"a": NaN}',
        b"[Infinity]",
        b"[1e999]",
        b"[-1e999]",
        b'"\xff\xfe"',
        '"tốt"'.encode("utf-16"),
        b'"t\xe1"',
        rb'"\ud800"',
        rb'{"\udfff": 1}',
        rb'{"text": "a\u0000b"}',
        rb'{"a\u0000": 1}',
        rb'[{"a": ["\u0000"]}]',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 100_000,
        b"[" + b"9" * 5000 + b"]",
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_it_refuses_what_cannot_be_kept(raw):
    with pytest.raises(ParseError):
        parse(raw)


def test_it_reads_no_more_than_fits(settings):
    """A body that is streamed is bounded by nobody else."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    endless = io.BytesIO(b'"' + b"x" * 1_000_000)

    with pytest.raises(TooLarge) as refused:
        BoundedJSONParser().parse(endless)

    assert refused.value.status_code == 413
    assert endless.tell() == 101


def test_it_is_quick_with_the_longest_body(settings):
    raw = json.dumps([{"text": '"[{' * 30}] * 20_000).encode()[: settings.DATA_UPLOAD_MAX_MEMORY_SIZE]
    begun = time.process_time()

    with pytest.raises(ParseError):
        parse(raw)

    # No measurement: quadratic work on a body of this size would take minutes.
    assert time.process_time() - begun < 20


@given(st.binary(max_size=200) | st.text(max_size=80).map(lambda text: json.dumps(text).encode()))
def test_any_bytes_are_json_or_a_clear_no(raw):
    with suppress(ParseError):
        json.dumps(parse(raw), ensure_ascii=False, allow_nan=False).encode()
