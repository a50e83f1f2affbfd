"""The proof that no review is suppressed, for programs: the figures of its page (L6, differentiator 8)."""

from math import isinf
from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request

from feedback.api_reports import Report, described
from feedback.roles import DESK
from reviews import account
from reviews.account import Row
from reviews.hiding import REASONS
from reviews.independence import Tested


class KindSerializer(serializers.Serializer):
    """Reviews of one kind: `kind` is 1 to 5 stars, null without stars, or a sentiment."""

    kind = serializers.CharField(allow_null=True)
    received = serializers.IntegerField()
    shown = serializers.IntegerField()
    hidden = serializers.DictField(child=serializers.IntegerField(), help_text="By reason.")


class IndependenceSerializer(serializers.Serializer):
    """Fisher's exact test of hiding against low (one or two stars, or negative)."""

    low_hidden = serializers.IntegerField()
    low_shown = serializers.IntegerField()
    others_hidden = serializers.IntegerField()
    others_shown = serializers.IntegerField()
    chance = serializers.FloatField(help_text="How often hiding by lot gives so unlikely a table.")
    odds = serializers.FloatField(allow_null=True, help_text="That a low one is hidden; null: infinite.")
    odds_from = serializers.FloatField(help_text="Of the 95 % interval.")
    odds_to = serializers.FloatField(allow_null=True, help_text="Null: infinite.")
    can_tell = serializers.BooleanField(help_text="Whether so few could show anything at all.")


class HiddenSerializer(serializers.Serializer):
    received = serializers.IntegerField(help_text="`shown`, `hidden` and `taken_back` together.")
    shown = serializers.IntegerField()
    hidden = serializers.IntegerField()
    taken_back = serializers.IntegerField(help_text="By their authors.")
    logged = serializers.IntegerField(help_text="How many came by the audit trail.")
    unlogged = serializers.IntegerField(help_text="Hidden ones whose hiding it does not know.")
    is_whole = serializers.BooleanField(help_text="Nothing vanished.")
    average = serializers.FloatField(allow_null=True, help_text="Of all that are shown.")
    average_of_all = serializers.FloatField(allow_null=True, help_text="With the hidden ones.")
    reasons = serializers.DictField(child=serializers.IntegerField(), help_text="Every reason there is.")
    by_stars = KindSerializer(many=True)
    by_sentiment = KindSerializer(many=True)
    stars_independence = IndependenceSerializer(allow_null=True)
    sentiment_independence = IndependenceSerializer(allow_null=True)
    end_of_log = serializers.CharField(help_text="The last link of the audit trail.")


@described(
    "hidden_reviews",
    HiddenSerializer,
    summary=gettext_lazy("Read which reviews are shown and hidden"),
    description=gettext_lazy(
        "Each received review is shown, hidden for a listed reason or taken back by its author; whether "
        "hiding goes with the rating. Scope: `reports`."
    ),
)
class Hidden(Report):
    person_roles = DESK

    def tell(self, request: Request) -> dict[str, Any]:
        found = account.of_late()
        names = ("received", "shown", "hidden", "taken_back", "logged", "unlogged", "is_whole")
        told = {name: getattr(found, name) for name in (*names, "average", "average_of_all", "reasons")}
        return told | {
            "by_stars": [_kind(row) for row in found.stars],
            "by_sentiment": [_kind(row) for row in found.felt],
            "stars_independence": _tested(found.by_stars),
            "sentiment_independence": _tested(found.by_words),
            "end_of_log": account.end_of_log(),
        }


def _kind(row: Row) -> dict[str, Any]:
    hidden = {reason: row.hidden[reason] for reason in REASONS}
    return {
        "kind": str(row.kind) if row.kind else None,
        "received": row.n,
        "shown": row.shown,
        "hidden": hidden,
    }


def _tested(found: Tested | None) -> dict[str, Any] | None:
    """JSON knows no infinity."""
    if found is None:
        return None
    table = found.table
    return {
        "low_hidden": table.low_hidden, "low_shown": table.low_shown,
        "others_hidden": table.high_hidden, "others_shown": table.high_shown,
        "chance": found.chance, "can_tell": found.can_tell,
        "odds": _finite(found.odds), "odds_from": found.low, "odds_to": _finite(found.high),
    }  # fmt: skip


def _finite(number: float) -> float | None:
    return None if isinf(number) else number
