"""RULE: how a customer's pattern changed, as figures and in words (S2-3: each alert names it)."""

from dataclasses import dataclass
from decimal import Decimal

from feedback.money import format_money

# fmt: off
_WORDS = {
    "vi": {
        "silent": "cứ {before} ngày một lần → đã {now} ngày chưa quay lại",
        "once": "mới mua một lần (khách thường quay lại sau {before} ngày) → đã {now} ngày chưa quay lại",
        "unknown": "đã {now} ngày chưa quay lại",
        "visits": "{before} lần mua trong {days} ngày → {now} lần trong {days} ngày gần đây",
        "share": "nói rằng trong mười lần mua chỉ {now} lần ở tiệm",
        "spend": "{before} trong {days} ngày → {now} trong {days} ngày gần đây",
        "category": "{pattern}, thôi mua {category}",
    },
    "en": {
        "silent": "every {before} days → {now} days",
        "once": "bought once (this shop's customers come every {before} days) → {now} days",
        "unknown": "{now} days without a purchase",
        "visits": "{before} visits in {days} days → {now} in the last {days} days",
        "share": "says that of ten times only {now} are with us",
        "spend": "{before} in {days} days → {now} in the last {days} days",
        "category": "{pattern}, stopped buying {category}",
    },
}
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """`before` and `now`: days between visits and days away; for "visits" and "spend" the sums over `days`;
    for "share" `now` is per cent.
    `before` is NaN where nobody of the shop ever came twice."""

    kind: str
    before: float
    now: float
    days: int
    category: str = ""
    was_once: bool = False

    def words(self, language: str, currency: str = "") -> str:
        """ "every 12 days → 31 days, stopped buying coffee"; Vietnamese for "vi", else English."""
        words = _WORDS["vi" if language == "vi" else "en"]
        before, now = self._figures(language, currency)
        said = words[self._template].format(before=before, now=now, days=self.days)
        if not self.category:
            return said
        return words["category"].format(pattern=said, category=self.category)

    @property
    def _template(self) -> str:
        if self.kind in ("visits", "spend", "share"):
            return self.kind
        if self.before != self.before:  # NaN
            return "unknown"
        return "once" if self.was_once else "silent"

    def _figures(self, language: str, currency: str) -> tuple[str, str]:
        if self.kind == "share":
            return "", _plain(self.now / 10, language)
        if self.kind != "spend" or not currency:
            return _plain(self.before, language), _plain(self.now, language)
        sums = (Decimal(str(round(value, 2))) for value in (self.before, self.now))
        before, now = (format_money(one, currency, language) for one in sums)
        return before, now


def _plain(value: float, language: str) -> str:
    """2, 2.5, in Vietnamese 2,5; from ten on whole."""
    said = f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"
    return said.replace(".", ",") if language == "vi" else said
