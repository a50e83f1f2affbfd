"""Which texts are worth a search for personal data: what each stretch hints at, added up for a text.

The patterns of `feedback.personal_data` cost more than all other reading; few texts hold what they look for.
"""

import re

import numpy as np
from numpy.typing import NDArray

# Bits, above them how many digits there are. A house is a number that may be one's, before its street.
MAIL, ORDER, NUMBER, STREET, WORD, ADDRESS, TOWARDS, HOUSE, DIGITS = 1, 2, 4, 8, 16, 32, 64, 128, 256
NEAR = 6  # stretches between a word of an order or a street and its number
BEFORE, AFTER, CLOSE, BEHIND = (
    range(-NEAR, 1),
    range(NEAR + 1),
    range(4),
    range(3),
)  # "địa chỉ : 5", "số nhà : 5"
PHONE = 7  # digits of the shortest number that is somebody's

_orders = frozenset(  # the second line: of a card, whose last digits follow
    "order invoice tracking booking ticket mã ma số so đơn don vận van đh dh mvđ mvd "
    "ending ends digits đuôi duoi cuối cuoi cùng cung".split()
)
_streets = frozenset(
    "đường duong phố pho ngõ ngo ngách ngach hẻm hem kiệt kiet thôn thon xóm xom ấp tổ phường phuong quận "
    "quan huyện huyen thị tp thành thanh xã tỉnh ward district street st road rd avenue ave lane drive blvd "
    "boulevard".split()
)
_addresses = frozenset("địa dia address".split())
_towards = frozenset("tới đến tại ở ghé toi den tai ghe o nhà nha".split())  # "tới 5", "số nhà : 5"
_mails = frozenset({"còng", "dot"})
_digit = re.compile(r"\d")
_mail = re.compile(r"[\w.+-]@|@[\w-]*\.\w|(?<!\S)@(?!\S)|\(at\)|\[at\]|\(dot\)|\[dot\]|\.com")
_order = re.compile(
    r"#|\*\*|••|(?<!\w)(?:"
    + "|".join(sorted(_orders))
    + r"|(?:ght?[kn]|vtp|spx|lex|njv|jnt|vnpost|ord|inv|hd)[\-_#]?\d)"
)
_street = re.compile(r"(?<!\w)[pqf]\.")
_house = re.compile(r"(?<!\d)\d{1,4}(?!\d|[%*]|[.,*]\d|(?:k|đ|d|tr|h|g|kg|cm|mm|m|usd|vnd|vnđ)(?![^\W\d_]))")
_sign = re.compile(r"\W")
_words = re.compile(r"[^\W\d_]+")


_of_words: dict[str, int] = {}
for _bit, _those in (
    (MAIL, _mails),
    (ORDER, _orders),
    (STREET, _streets),
    (ADDRESS, _addresses),
    (TOWARDS, _towards),
):
    for _one in _those:
        _of_words[_one] = _of_words.get(_one, WORD) | _bit


def hints(low: str) -> int:
    """Of one stretch in small letters."""
    if low.isalpha():
        return _of_words.get(low, WORD)
    digits = len(_digit.findall(low))
    words = set(_words.findall(low))
    return (
        MAIL * bool(_mail.search(low) or not words.isdisjoint(_mails))
        | ORDER * bool(_order.search(low))
        | NUMBER * (digits > 0 and len(_sign.sub("", low)) > 2)
        | STREET * bool(_street.search(low) or not words.isdisjoint(_streets))
        | ADDRESS * bool("đ/c" in low or not words.isdisjoint(_addresses))
        | TOWARDS * (not words.isdisjoint(_towards))
        | HOUSE * (digits > 0 and bool(_house.search(low)))
        | DIGITS * digits
    )


_together = (
    (ORDER, NUMBER, AFTER),
    (STREET, HOUSE, BEFORE),
    (ADDRESS, HOUSE, CLOSE),
    (TOWARDS, HOUSE, BEHIND),
)


def worth_searching(hinted: NDArray[np.int64], text: NDArray[np.int64], texts: int) -> NDArray[np.bool_]:
    """One a text, from the hints of its stretches and the numbers of the texts they are of."""
    is_word = hinted & WORD > 0
    said = (hinted & ~WORD).nonzero()[0]  # by few
    worth = np.zeros(texts, np.bool_)
    worth[
        text[
            _of_long_numbers(
                said[hinted[said] >= DIGITS], hinted, text, np.cumsum(is_word.view(np.int8).astype(np.int64))
            )
        ]
    ] = True
    worth[text[said[hinted[said] & MAIL > 0]]] = True
    for sign, wanted, steps in _together:
        place = said[hinted[said] & sign > 0]
        for step in steps if len(place) else ():
            there = np.minimum(np.maximum(place + step, 0), len(text) - 1)
            worth[text[place[(hinted[there] & wanted > 0) & (text[there] == text[place])]]] = True
    return worth


def _of_long_numbers(
    figures: NDArray[np.intp], hinted: NDArray[np.int64], text: NDArray[np.int64], words: NDArray[np.int64]
) -> NDArray[np.intp]:
    """Those of the stretches with digits that hold enough of them together; no number goes on over a word."""
    is_other = (np.diff(words[figures], prepend=-1) > 0) | (np.diff(text[figures], prepend=-1) > 0)
    number = np.cumsum(is_other)
    digits = np.bincount(number, weights=hinted[figures] // DIGITS)
    return figures[(digits >= PHONE)[number]]
