"""Amounts and currencies: how many decimals, and how a reader sees them. Plain Python over Babel."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.core import Locale
from babel.numbers import format_currency, get_currency_precision, list_currencies

_LOCALES = {"vi": "vi_VN", "en": "en_US"}
LARGEST = Decimal("99999999999999.99")


class BadAmount(ValueError):
    """The text is not an amount in this currency; the message says why, for people."""


@lru_cache(maxsize=64)
def is_currency(code: str) -> bool:
    return code in list_currencies("en")


@lru_cache(maxsize=64)
def decimals(currency: str) -> int:
    """VND, JPY, KRW: 0; most: 2."""
    return get_currency_precision(currency)


def quantize(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), ROUND_HALF_UP)


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


@lru_cache(maxsize=1024)
def format_money(amount: Decimal, currency: str, language: str) -> str:
    """50000 VND -> "50.000 ₫" in Vietnamese, "₫50,000" in English."""
    locale = Locale.parse(_LOCALES.get(language, "en_US"))
    return format_currency(quantize(amount, currency), currency, locale=locale)
