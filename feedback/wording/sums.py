"""Sums of money and shares that a text mentions, in figures or words. Plain Python: spans and values."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_NUMBER = r"\d{1,3}(?:[.,\s\u00a0]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_MULTIPLES = {
    "k": 1000, "ngàn": 1000, "nghìn": 1000, "ngan": 1000, "nghin": 1000,
    "tr": 10**6, "triệu": 10**6, "trieu": 10**6, "củ": 10**6, "million": 10**6, "thousand": 1000,
}  # fmt: skip
_UNIT = (
    r"(?P<unit>₫|vnd|vnđ|đồng|dong|đ|d|k|nghìn|ngàn|nghin|ngan|triệu|trieu|tr|củ|usd|eur|gbp|\$|€|£"
    r"|dollars?|euros?|pounds?|bucks?|thousand|million)"
)
_SUM = re.compile(
    rf"(?<![\w.,])(?:(?P<sign>[$€£₫])\s?(?P<first>{_NUMBER})(?!\d)|(?P<second>{_NUMBER})\s?{_UNIT}(?!\w))",
    re.I,
)
_PERCENT = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[.,]\d+)?)\s?(?:%|percent|per cent|phần trăm|phan tram)(?!\w)", re.I
)
_CODES = r"usd|eur|gbp|vnd|vnđ|aud|cad|sgd|us\$|a\$|s\$"
_CODE_FIRST = re.compile(rf"(?<!\w)(?:{_CODES})\s?(?P<number>{_NUMBER})(?!\w)", re.I)
_BARE_SUM = re.compile(r"(?<![\w.,/:-])\d{1,6}[.,]\d\d(?![\w/:-]|[.,]\d|\s?(?:%|kg|g|cm|mm|m|l|ml|h)(?!\w))")
_ENGLISH_NUMBER = (
    r"(?:(?:a|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
    r"|thousand|million|couple of|few|half a)[\s-](?:and\s)?){1,6}"
)
_VIETNAMESE_NUMBER = (
    r"(?:(?:một|hai|ba|bốn|tư|năm|lăm|sáu|bảy|bẩy|tám|chín|mười|mươi|chục|trăm|nghìn|ngàn|vài|mấy|nửa|rưỡi"
    r"|mot|bon|nam|sau|bay|tam|chin|muoi|chuc|tram|nghin|ngan|vai|may|nua|\d{1,3})\s){1,6}"
)
_WORDED = re.compile(
    rf"(?<!\w)(?:{_ENGLISH_NUMBER}(?:dollars?|euros?|pounds?|quid|bucks?|dong|cents?|percent|per cent|grand)"
    r"|\d+(?:[.,]\d+)?\s?(?:quid|bucks?|cents|grand)"
    r"|half (?:the |of the |of your |your )?(?:price|money|bill|sum|amount|cost)|half[- ]price|half off"
    r"|(?:a|one|two) (?:third|thirds|quarter|quarters|half) (?:off|of the (?:price|bill|cost|amount|sum))"
    rf"|{_VIETNAMESE_NUMBER}(?:nghìn|ngàn|triệu|đồng|phần trăm|nghin|ngan|trieu|phan tram|tr|củ|xị|vnd|k)"
    r"(?:\s(?:đồng|dong|rưỡi|ruoi))?"
    r"|(?:một|hai|mot) phần (?:hai|ba|tư|bốn|năm|mười) (?:giá|tiền|số tiền|hoá đơn|đơn|phí)"
    r"|(?:một|mot|1)?\s?(?:nửa|nua) (?:giá|gia|tiền|tien|số tiền|so tien|triệu|trieu)"
    r"|\d+ (?:củ|xị|lít|chai|cành)(?: rưỡi)?)(?!\w)",
    re.I,
)


_MONEY_WORDS = frozenset(
    "phan dollar dollars euro euros pound pounds quid buck bucks dong cent cents percent per grand half third"
    " thirds"
    " quarter quarters nghin ngan trieu tram tr cu xi vnd k nua".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """`value`: None where it is said in words, which nobody can compare with what was decided."""

    start: int
    end: int
    value: Decimal | None


def sums(text: str, words: Collection[str]) -> Iterator[Sum]:
    """`words`: the bare words of the text."""
    known = frozenset(words)
    if any(word[0].isdigit() for word in known):
        yield from _in_figures(text)
    if known.isdisjoint(_MONEY_WORDS):
        return
    for match in _WORDED.finditer(text):
        yield Sum(start=match.start(), end=match.end(), value=None)


def _in_figures(text: str) -> Iterator[Sum]:
    for match in _SUM.finditer(text):
        written = match["first"] or match["second"]
        value = _value(written, _MULTIPLES.get((match["unit"] or "").lower(), 1))
        if value is not None:
            yield Sum(start=match.start(), end=match.end(), value=value)
    for match in _CODE_FIRST.finditer(text):
        yield Sum(start=match.start(), end=match.end(), value=_value(match["number"], 1))
    for match in _BARE_SUM.finditer(text):
        yield Sum(start=match.start(), end=match.end(), value=_value(match.group(), 1))


def percents(text: str) -> Iterator[Sum]:
    for match in _PERCENT.finditer(text):
        yield Sum(start=match.start(), end=match.end(), value=Decimal(match[1].replace(",", ".")))


def _value(written: str, times: int) -> Decimal | None:
    """ "1.250.000", "12,50" and "1 250" as numbers: a sign before exactly three digits parts thousands."""
    plain = re.sub(r"[\s\u00a0]", "", written)
    last = max(plain.rfind("."), plain.rfind(","))
    if last >= 0 and len(plain) - last - 1 != 3:
        plain = re.sub("[.,]", "", plain[:last]) + "." + plain[last + 1 :]
    else:
        plain = re.sub("[.,]", "", plain)
    try:
        return Decimal(plain) * times
    except InvalidOperation:
        return None
