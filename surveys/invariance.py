"""RULE: the reward and the last page are the same whatever was answered (L1, L3; differentiator 7).

A definition has no field for either: `surveys.definitions` refuses any it does not know. What is left are
words, so they are looked through: no question may hold a link, and one that is asked only after certain
answers may not speak of a reward or of reviewing in public. Then every way through the survey is walked to
its end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from unicodedata import normalize

from surveys import reach
from surveys.questions import Definition, Question
from surveys.reach import Ways


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


WHY = {
    "link": _(
        "A question must not hold a link: what a person gets to see would depend on the questions asked."
    ),
    "reward": _("It is asked only after certain answers, so it must not speak of a reward: “%(words)s”."),
    "review": _(
        "It is asked only after certain answers, so it must not speak of public reviews: “%(words)s”."
    ),
    "publishing": _(
        "Whether words may stand on the review page is asked on the last page, after the reward is certain."
    ),
}
PUBLISHING = "publishing"  # feedback.consents.PUBLISHING, which no rule may import
# An address by its scheme or number, by a path behind its ending, or by an ending that is no word elsewhere.
_ENDINGS = (
    "com|vn|net|org|page|gl|ly|me|io|co|shop|asia|info|store|online|site|app|link|click|xyz|top|club|biz|tv|gg"
    "|cc|eu|uk|us|sg|jp|kr|cn|dev|zalo"
)
_LINK = re.compile(
    r"https?:|www\.|(?<![\w@])(?:\d{1,3}\.){3}\d{1,3}\b"
    rf"|(?<![\w@])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:[a-z]{{2,24}}(?=/\w)|(?:{_ENDINGS})\b)",
    re.I,
)
_AMOUNT = r"\d[\d.,]*\s?(?:đ|₫|vnđ|vnd|usd|k|nghìn|ngàn|%|percent|phần trăm)(?!\w)"
# Vietnamese with and without marks; where the bare word would mean something else, with them only.
_SIGNS = {
    "reward": (
        r"rewards?|vouchers?|coupons?|discounts?|gift cards?|free gifts?|cashback|bonus(?:es)?",
        r"phần thưởng|tiền thưởng|quà tặng|tặng quà|thưởng|mã giảm(?: giá)?|phiếu (?:mua hàng|quà)|giảm giá",
        r"phan thuong|tien thuong|qua tang|tang qua|ma giam gia|phieu (?:mua hang|giam gia)",
        r"(?<!as a )(?<!as )gifts?|(?:a|get|one|it) free|for free|free of charge|free (?:mug|item|product)s?",
        r"tặng|biếu|miễn phí|(?<!làm )quà|ưu đãi|khuyến m[ãạ]i|mien phi|uu dai|khuyen mai",
        rf"(?:giảm|bớt|give|get|save|nhận)\b.{{0,30}}?{_AMOUNT}|{_AMOUNT} ?(?:off|discount|cho đơn|cho don)",
        r"\$\d[\d.,]* off",
    ),
    "review": (
        r"google|facebook|trustpilot|tripadvisor|yelp|shopee|lazada|tiktok|app store",
        r"(?:on|in) maps|tell (?:others|everyone|people) about us",
        r"(?:public|online|5.star|five.star) reviews?|(?:write|leave|post) (?:us )?an? (?:\w+ )?reviews?",
        r"review us|rate us on|(?:viết|để lại|đăng) đánh giá|đánh giá công khai|(?:5|năm) sao",
        r"(?:viet|de lai|dang) danh gia|danh gia (?:cong khai|5 sao|nam sao)",
    ),
}
_SPOKEN = {key: re.compile(rf"(?<!\w)(?:{'|'.join(signs)})(?!\w)", re.I) for key, signs in _SIGNS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`words`: what stands there and may not."""

    question: str
    key: str
    words: str = ""

    @property
    def message(self) -> str:
        return WHY[self.key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What everybody gets who finishes: constants of the survey. `amount` None: no reward."""

    amount: Decimal | None
    currency: str = ""
    minimum_order: Decimal = Decimal(0)
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The last page: which reward it shows, and which links stand on it."""

    offer: Offer
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """`tried` combinations led by `ways` different ways to `endings`; one ending proves it."""

    tried: int
    ways: int
    endings: tuple[Ending, ...]
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        return len(self.endings) == 1 and not self.faults


def ending(offer: Offer) -> Ending:
    """What a page shows at the end. It takes the offer and nothing else: no answer can get in here."""
    return Ending(offer=offer)


def prove_survey(definition: Definition, offer: Offer, found: Ways | None = None) -> Proof:
    """Walk every way that the conditions can tell apart, and collect what stands at its end.

    `found`: the ways, where they are known.
    """
    found = found or reach.explore(definition)
    endings = {ending(offer) for _way in found.ways}
    return Proof(
        tried=found.tried, ways=len(found.ways), endings=tuple(endings), faults=tuple(faults(definition))
    )


def faults(definition: Definition) -> Iterator[Fault]:
    for question in definition.questions:
        texts = tuple(_all_words(question))
        for text in texts:
            if found := _LINK.search(text):
                yield Fault(question=question.id, key="link", words=found.group())
                break
        if question.purpose == PUBLISHING:
            yield Fault(question=question.id, key="publishing")
        if question.show_if is not None and question.show_if.questions:
            yield from _spoken_of(question.id, texts)


def _spoken_of(name: str, texts: tuple[str, ...]) -> Iterator[Fault]:
    for key, sign in _SPOKEN.items():
        found = next((met for text in texts if (met := sign.search(normalize("NFC", text)))), None)
        if found:
            yield Fault(question=name, key=key, words=found.group())


def _all_words(question: Question) -> Iterator[str]:
    for words in (question.words, question.help, question.low, question.high):
        yield from words.values()
    for one in (*question.choices, *question.rows):
        yield from one.words.values()
        yield from one.help.values()
        yield from one.picture_alt.values()
