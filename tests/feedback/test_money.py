"""Amounts as programs write them and as readers see them."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import money


@pytest.mark.parametrize(
    ("raw", "currency", "amount"),
    [
        ("50000", "VND", "50000"),
        (" 12.50 ", "USD", "12.50"),
        (12.5, "USD", "12.50"),
        ("50000.0", "VND", "50000"),
    ],
)
def test_it_reads_amounts(raw, currency, amount):
    assert money.parse(raw, currency) == Decimal(amount)


@pytest.mark.parametrize(
    ("raw", "currency"),
    [
        ("50.000đ", "VND"),
        ("0.5", "VND"),
        ("1.005", "USD"),
        ("", "VND"),
        ("inf", "VND"),
        ("nan", "VND"),
        ("snan", "VND"),
        ("1e30", "VND"),
        ("1e-400", "USD"),
        (None, "VND"),
    ],
)
def test_it_refuses_what_the_currency_cannot_say(raw, currency):
    with pytest.raises(money.BadAmount):
        money.parse(raw, currency)


@given(st.text(max_size=30))
def test_it_reads_or_refuses_any_text(text):
    with suppress(money.BadAmount):
        assert abs(money.parse(text, "VND")) <= money.LARGEST


@pytest.mark.parametrize(
    ("amount", "currency", "language", "seen"),
    [
        ("50000", "VND", "vi", "50.000\xa0₫"),
        ("50000", "VND", "en", "₫50,000"),
        ("12.5", "USD", "vi", "12,50\xa0US$"),
        ("12.5", "USD", "en", "$12.50"),
        ("-50000", "VND", "vi", "−50.000\xa0₫"),
        ("-50000", "VND", "en", "−₫50,000"),
    ],
)
def test_it_is_seen_as_the_reader_writes_it(amount, currency, language, seen):
    assert money.format_money(Decimal(amount), currency, language) == seen


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("VND", True),
        ("USD", True),
        ("vnd", False),
        ("XYZ", False),
        ("XXX", False),
        ("XAF", True),
        ("", False),
    ],
)
def test_it_knows_currencies(code, known):
    assert money.is_currency(code) is known
