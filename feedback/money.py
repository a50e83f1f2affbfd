"""Amounts and currencies: how many decimals, and how a reader sees them. Plain Python over Babel."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.core import Locale
from babel.numbers import format_currency, get_currency_precision, list_currencies

_LOCALES = {"vi": "vi_VN", "en": "en_US"}
LARGEST = Decimal("99999999999999.99")
_IN_GROUPS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_FRACTION = re.compile(r"(.*)[.,](\d{1,2})")


class BadAmount(ValueError):
    """The text is not an amount in this currency; the message says why, for people."""


# Of ISO 4217's codes with X those that people pay with; others are metals, tests, funds and "no currency".
_PAID_WITH = frozenset({"XAF", "XCD", "XCG", "XOF", "XPF"})


@lru_cache(maxsize=64)
def is_currency(code: str) -> bool:
    return code in list_currencies("en") and (code[0] != "X" or code in _PAID_WITH)


@lru_cache(maxsize=64)
def decimals(currency: str) -> int:
    """VND, JPY, KRW: 0; most: 2."""
    return get_currency_precision(currency)


def coin(currency: str) -> Decimal:
    """The smallest amount that is written: 1 in VND, 0.01 in USD."""
    return Decimal(1).scaleb(-decimals(currency))


def quantize(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(coin(currency), ROUND_HALF_UP)


def parse(raw: object, currency: str) -> Decimal:
    """An amount as programs write it ("120000", "12.50"). Raises BadAmount."""
    text = str(raw).strip()
    try:
        amount = Decimal("" if "_" in text else text)  # Python's own 1_000 is nobody's way to write an amount
    except InvalidOperation:
        raise BadAmount(f"{raw!s:.40} is not a number") from None
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise BadAmount("the amount is out of range")
    if amount != quantize(amount, currency):
        raise BadAmount(f"{currency} has {decimals(currency)} decimals")
    return quantize(amount, currency)


def read_amount(text: str, currency: str) -> Decimal:
    """An amount in either country's spelling. Raises BadAmount."""
    bare = re.sub(r"[\s\u00a0₫đ$€£]|" + re.escape(currency), "", text, flags=re.IGNORECASE)
    if _IN_GROUPS.fullmatch(bare):
        return parse(re.sub("[.,]", "", bare), currency)
    if found := _FRACTION.fullmatch(bare):
        whole = found[1]
        if whole.isdigit() or _IN_GROUPS.fullmatch(whole):
            return parse(f"{re.sub('[.,]', '', whole)}.{found[2]}", currency)
    if not bare.isdecimal():
        raise BadAmount(f"{text:.40} is not an amount")
    return parse(bare, currency)


@lru_cache(maxsize=1024)
def format_money(amount: Decimal, currency: str, language: str) -> str:
    """50000 VND -> "50.000 ₫" in Vietnamese, "₫50,000" in English. Below zero with a real minus (−)."""
    locale = Locale.parse(_LOCALES.get(language, "en_US"))
    return format_currency(quantize(amount, currency), currency, locale=locale).replace("-", "−")
