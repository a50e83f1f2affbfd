"""What surveys let go of when its time is over, and by what a customer still is one (feedback.retention)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from feedback import data_map, erasure, shop
from feedback.erasure import MADE_UP
from feedback.lapsed import Sign
from feedback.retention import Keys, Rule, emptying
from surveys.forgetting import FIGURES
from surveys.models import (
    Answer,
    AnswerImport,
    Coupon,
    ImportedAnswer,
    InvitationToken,
    RedeemCall,
    Response,
    Reward,
)

_GONE = _("nothing")
_ENDED = (Reward.State.REDEEMED, Reward.State.EXPIRED, Reward.State.REVOKED)
_HAS_CODE = ~Q(code=None) & ~Q(code__startswith=MADE_UP)


def _codes_in_use() -> models.QuerySet[Reward]:
    """Somebody can still use them, or has to be told what became of the answer."""
    return Reward.objects.exclude(state__in=_ENDED)


SIGNS = tuple(
    Sign(rows=rows, customer=f"{path}{whose}")
    for rows, path in (
        (lambda before: Response.objects.filter(started_at__gte=before), "invitation__"),
        (lambda before: _codes_in_use(), "response__invitation__"),
    )
    for whose in ("customer", "order__customer")
)


def _strangers(before: datetime) -> models.QuerySet[Response]:
    """Of people who came by a code on a door, a tablet, a frame or a file: nobody stands for them."""
    theirs = Response.objects.filter(invitation__customer=None, invitation__order=None, started_at__lt=before)
    answers = Answer.objects.filter(response=OuterRef("pk")).exclude(kind__in=FIGURES)
    worded = answers.exclude(value="", value_words="")
    known = ImportedAnswer.objects.filter(response=OuterRef("pk"))
    return theirs.filter(Exists(worded) | Exists(known))


def _drop_words(keys: Keys, now: datetime) -> None:
    rows = Answer.objects.filter(response__in=keys).exclude(kind__in=FIGURES)
    erasure.empty_columns(rows, data_map.of_model("surveys.Answer"))
    ImportedAnswer.objects.filter(response__in=keys).delete()


def _word_tables(keys: Keys) -> Mapping[str, int]:
    worded = Answer.objects.filter(response__in=keys).exclude(kind__in=FIGURES)
    return {
        "surveys.Answer": worded.exclude(value="", value_words="").count(),
        "surveys.ImportedAnswer": ImportedAnswer.objects.filter(response__in=keys).count(),
    }


def _old_links(before: datetime) -> models.QuerySet[InvitationToken]:
    """Not the way to a code that can still be used."""
    found = InvitationToken.objects.filter(minted_at__lt=before, invitation__expires_at__lt=before)
    return found.exclude(invitation__response__reward__in=_codes_in_use())


def _old_codes(before: datetime) -> models.QuerySet[Reward]:
    day = shop.day(before)
    over = Q(redeemed_at__lt=before) | Q(revoked_at__lt=before) | Q(state="expired", expires_on__lt=day)
    at_work = Coupon.objects.filter(state__in=[Coupon.State.WAITING, Coupon.State.REMOVING])
    return Reward.objects.filter(over, _HAS_CODE, state__in=_ENDED).exclude(coupon__in=at_work)


def _drop_codes(keys: Keys, now: datetime) -> None:
    rows = list(Reward.objects.filter(pk__in=keys))
    for reward in rows:
        reward.code = erasure.made_up(Reward._meta.get_field("code"))
    Reward.objects.bulk_update(rows, ["code"], batch_size=200)


def _old_files(before: datetime) -> models.QuerySet[AnswerImport]:
    """Taken in, or given up. What nobody took in is deleted by its own job."""
    over = Q(state=AnswerImport.State.DONE) | Q(failed_at__isnull=False)
    return AnswerImport.objects.filter(over, made_at__lt=before).exclude(content=b"")


RULES = (
    Rule(
        name="answers",
        what=_("Answers in words of people whom no customer stands for"),
        since=_("after they began to answer"),
        becomes=_("what they chose, for the figures"),
        columns=("surveys.Answer.value", "surveys.Answer.value_words", "surveys.ImportedAnswer.external_id"),
        past=_strangers,
        let_go=_drop_words,
        tables=_word_tables,
    ),
    emptying(
        name="survey_links",
        label="surveys.InvitationToken",
        columns=("digest",),
        what=_("Links to surveys"),
        since=_("after they ended; longer while a code can be used"),
        becomes=_GONE,
        past=_old_links,
    ),
    Rule(
        name="codes",
        what=_("Codes of rewards that were used, ran out or were revoked"),
        since=_("after that"),
        becomes=_("amount, state and days"),
        columns=("surveys.Reward.code",),
        past=_old_codes,
        let_go=_drop_codes,
    ),
    emptying(
        name="code_orders",
        label="surveys.Reward",
        columns=("redeemed_order",),
        what=_("For which order a code was used"),
        since=_("after it was used"),
        becomes=_("amount, state and days"),
        past=lambda before: Reward.objects.filter(redeemed_at__lt=before).exclude(redeemed_order=""),
    ),
    emptying(
        name="code_calls",
        label="surveys.RedeemCall",
        columns=("answer",),
        what=_("Answers to programs that redeemed a code"),
        since=_("after they asked"),
        becomes=_GONE,
        past=lambda before: RedeemCall.objects.filter(made_at__lt=before),
    ),
    emptying(
        name="answer_files",
        label="surveys.AnswerImport",
        columns=("content",),
        what=_("Files of answers, once taken in or given up"),
        since=_("after they came"),
        becomes=_("how many rows came in, and what was wrong"),
        past=_old_files,
    ),
)  # fmt: skip
