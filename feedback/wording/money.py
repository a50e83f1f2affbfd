"""A sum as a customer reads it: 50.000 ₫ in Vietnamese, 50,000 ₫ or $12.50 in English. No sum is rounded away."""

from decimal import Decimal

SIGNS = {"VND": "₫", "USD": "$", "EUR": "€", "GBP": "£"}
WHOLE_ONLY = frozenset({"VND", "JPY", "KRW"})


def money(amount: Decimal, currency: str, language: str) -> str:
    places = 0 if currency in WHOLE_ONLY or amount == amount.to_integral_value() else 2
    digits = f"{amount:,.{places}f}"
    sign = SIGNS.get(currency)
    if language == "vi":
        return f"{digits.translate(_SWAP)} {sign or currency}"
    if currency == "VND":
        return f"{digits} {sign}"
    return f"{sign}{digits}" if sign else f"{digits} {currency}"


_SWAP = str.maketrans(",.", ".,")
