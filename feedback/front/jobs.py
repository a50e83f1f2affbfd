"""Jobs: what waits, what was given up and why, and a button to try it again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from feedback import journal, labels, leases, work
from feedback.models import (
    AlertClock,
    Case,
    Combination,
    Comment,
    ContactImport,
    DataAsked,
    DefectionRule,
    DefectionSplit,
    Delivery,
    Digest,
    DiscoveryClock,
    Engine,
    Erasure,
    Expectation,
    HeadlineClock,
    Impact,
    Keeping,
    OrderImport,
    OrderSource,
    OutgoingMail,
    PolicyTrial,
    Promise,
    Proposal,
    Rereading,
    Tenure,
)
from feedback.models.queue import Leasable
from feedback.prepared import PreparedCounts
from feedback.roles import Role, allow
from reviews import polling
from reviews.models import Polling, PublicInvitation, PublicPlan, Reply, Review, Source, UnreadableReview
from surveys import coupon_shops
from surveys.models import AnswerCount, AnswerImport, Coupon, CouponShop, Invitation, Plan, Reward

PER_PAGE = 50
# What a row is called, and since when it waits.
ROWS: dict[type[Leasable], tuple[str, str]] = {
    Comment: (gettext_lazy("comment"), "received_at"),
    Case: (gettext_lazy("case"), "opened_at"),
    OutgoingMail: (gettext_lazy("mail"), "made_at"),
    Promise: (gettext_lazy("promise"), "remind_at"),
    Review: (gettext_lazy("review"), "comment__received_at"),
    Reply: (gettext_lazy("reply"), "approved_at"),
    Polling: (gettext_lazy("source of reviews"), "next_at"),
    UnreadableReview: (gettext_lazy("review that cannot be kept"), "first_at"),
    Invitation: (gettext_lazy("invitation"), "send_at"),
    Plan: (gettext_lazy("plan of invitations"), "look_at"),
    PublicPlan: (gettext_lazy("plan of public invitations"), "look_at"),
    PublicInvitation: (gettext_lazy("public invitation"), "send_at"),
    Reward: (gettext_lazy("reward"), "reserved_at"),
    AnswerCount: (gettext_lazy("count of answers"), "survey__made_at"),
    AnswerImport: (gettext_lazy("import of answers"), "made_at"),
    Delivery: (gettext_lazy("delivery of a web shop"), "received_at"),
    OrderSource: (gettext_lazy("web shop that orders come from"), "made_at"),
    OrderImport: (gettext_lazy("file of orders"), "made_at"),
    ContactImport: (gettext_lazy("file of contacts"), "made_at"),
    Coupon: (gettext_lazy("coupon"), "reward__issued_at"),
    CouponShop: (gettext_lazy("web shop for codes"), "since"),
    Engine: (gettext_lazy("training"), "asked_at"),
    Rereading: (gettext_lazy("reading anew"), "asked_at"),
    Combination: (gettext_lazy("counting of a combination"), "asked_at"),
    PolicyTrial: (gettext_lazy("trial of a policy"), "asked_at"),
    DefectionRule: (gettext_lazy("definition of defection"), "judge_at"),
    AlertClock: (gettext_lazy("look for alerts"), "look_at"),
    HeadlineClock: (gettext_lazy("figures of the morning page"), "look_at"),
    Digest: (gettext_lazy("weekly letter"), "send_at"),
    Impact: (gettext_lazy("what goes with each theme"), "look_at"),
    Tenure: (gettext_lazy("what staying brings"), "look_at"),
    DefectionSplit: (gettext_lazy("where customers leave"), "look_at"),
    Expectation: (gettext_lazy("what customers will buy"), "look_at"),
    DiscoveryClock: (gettext_lazy("look for what no theme catches"), "look_at"),
    Proposal: (gettext_lazy("proposed theme"), "decided_at"),
    Erasure: (gettext_lazy("erasure of a person"), "asked_at"),
    DataAsked: (gettext_lazy("somebody who asks for their data"), "asked_at"),
    Keeping: (gettext_lazy("kind of data whose time is over"), "next_at"),
}
NAMES = {
    "reviews.tasks.FETCH_REVIEWS": gettext_lazy("Fetch reviews from sources"),
    "reviews.tasks.READ_REVIEWS_AGAIN": gettext_lazy("Fetch single reviews again"),
    "feedback.tasks.READ_COMMENTS": gettext_lazy("Read comments"),
    "reviews.tasks.ANSWER_REVIEWS": gettext_lazy("Draft replies to reviews"),
    "feedback.tasks.DECIDE_CASES": gettext_lazy("Decide cases"),
    "feedback.tasks.ESCALATE_CASES": gettext_lazy("Hand late cases up"),
    "feedback.tasks.REMIND_OF_PROMISES": gettext_lazy("Remind of promises"),
    "reviews.tasks.PUBLISH_REPLIES": gettext_lazy("Publish replies"),
    "reviews.tasks.CHECK_REPLIES": gettext_lazy("Ask what became of replies"),
    "surveys.tasks.RELEASE_REWARDS": gettext_lazy("Release rewards nobody finished for"),
    "surveys.tasks.EXPIRE_REWARDS": gettext_lazy("Expire rewards"),
    "surveys.tasks.NOTE_BOUNCES": gettext_lazy("Note invitations that came back"),
    "surveys.tasks.ASK_BY_PLAN": gettext_lazy("Choose whom to ask by plan"),
    "surveys.tasks.IMPORT_ANSWERS": gettext_lazy("Import answers"),
    "feedback.tasks.PULL_ORDERS": gettext_lazy("Ask web shops for orders"),
    "feedback.tasks.LOOK_FOR_QUIET_STORES": gettext_lazy("Look for stores that went quiet"),
    "feedback.tasks.WORK_ON_DELIVERIES": gettext_lazy("Take in what web shops tell us"),
    "feedback.tasks.IMPORT_ORDERS": gettext_lazy("Import orders"),
    "feedback.tasks.IMPORT_CONTACTS": gettext_lazy("Import contacts"),
    "surveys.tasks.COUNT_ANSWERS": gettext_lazy("Count answers"),
    "surveys.tasks.PLAN_COUPONS": gettext_lazy("Plan coupons of web shops"),
    "surveys.tasks.MAKE_COUPONS": gettext_lazy("Make coupons in web shops, or take them out"),
    "surveys.tasks.LOOK_AT_COUPONS": gettext_lazy("Look whether coupons were used in web shops"),
    "surveys.tasks.SEND_INVITATIONS": gettext_lazy("Send invitations"),
    "surveys.tasks.REMIND_OF_INVITATIONS": gettext_lazy("Remind of invitations"),
    "reviews.tasks.ASK_IN_PUBLIC": gettext_lazy("Choose whom to ask for public reviews"),
    "reviews.tasks.SEND_PUBLIC_INVITATIONS": gettext_lazy("Send public invitations"),
    "feedback.tasks.SEND_MAIL": gettext_lazy("Send mail"),
    "feedback.tasks.TRAIN_READER": gettext_lazy("Train the reader"),
    "feedback.tasks.READ_ANEW": gettext_lazy("Read old comments anew"),
    "feedback.tasks.COUNT_COMBINATIONS": gettext_lazy("Count rare combinations of filters"),
    "feedback.tasks.TRY_POLICIES": gettext_lazy("Try new policies"),
    "feedback.tasks.ANSWER_DATA_ASKED": gettext_lazy("Send links to own data"),
    "feedback.tasks.KEEP_NO_LONGER": gettext_lazy("Let go of what is past its days"),
    "feedback.tasks.ERASE_PEOPLE": gettext_lazy("Erase people who asked for it"),
    "feedback.tasks.FIND_DEFECTIONS": gettext_lazy("Find customers who stopped buying"),
    "feedback.tasks.LOOK_FOR_ALERTS": gettext_lazy("Look whether themes changed or bad reviews came at once"),
    "feedback.tasks.FIND_IMPACT": gettext_lazy("Find what goes with each theme: scores, later orders, costs"),
    "feedback.tasks.FIND_TENURE": gettext_lazy("Find what customers bring in each year of staying"),
    "feedback.tasks.FIND_LEAVING": gettext_lazy("Find where customers leave: by place, product and promise"),
    "feedback.tasks.FIND_EXPECTED": gettext_lazy("Find what each customer will buy in the next year"),
    "feedback.tasks.LOOK_FOR_MISSED_THEMES": gettext_lazy("Look for what comes up and no theme catches"),
    "feedback.tasks.READ_ANEW_FOR_NEW_THEMES": gettext_lazy("Have comments read anew for new themes"),
    "feedback.front.headlines.FIND": gettext_lazy("Find the figures of the morning page"),
    "feedback.front.digest.SEND": gettext_lazy("Write weekly letters"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    name: str
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    kind: str  # of the row, for the address
    row: Leasable

    @property
    def name(self) -> str:
        return ROWS[type(self.row)][0]

    @property
    def job(self) -> str:
        return self.row.failure.partition(": ")[0]

    @property
    def reason(self) -> str:
        return self.row.failure.partition(": ")[2]


@allow(Role.ADMINISTRATOR, Role.MANAGER)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    page = Paginator(dead_letters(), PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    context = {
        "queues": list(queues(now)),
        "page": page,
        "alarms": _alarms(now),
        "coupon_alarms": [
            (one, labels.known(labels.TROUBLES, one.trouble)) for one in coupon_shops.alarms(now)
        ],
    }
    return render(request, "feedback/jobs.html", context)


@allow(Role.ADMINISTRATOR, Role.MANAGER)
@require_POST
def try_again(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    model = _kinds().get(kind)
    if model is None:
        raise Http404
    row = get_object_or_404(model._default_manager.given_up(), pk=pk)
    with journal.recording():
        leases.try_again(row)
        journal.log("job tried again", row, by=request.user)
    messages.success(request, _("It is back in the queue and will be tried in a moment."))
    return redirect("jobs")


def queues(now: datetime) -> Iterator[Queue]:
    for path in settings.JOBS:
        due = work.job(path).due(now).filter(failed_at=None)
        since = ROWS[due.model][1]
        found = due.order_by().aggregate(waiting=models.Count("pk"), oldest=Min(since))
        yield Queue(name=NAMES.get(path, path), **found)


def dead_letters() -> list[DeadLetter]:
    """The newest first; there are few, or something is very wrong: at most 500 of each kind of row."""
    letters = [
        DeadLetter(kind=kind, row=row)
        for kind, model in _kinds().items()
        for row in model._default_manager.given_up().order_by("-failed_at")[:500]
    ]
    return sorted(letters, key=lambda letter: letter.row.failed_at, reverse=True)


def dead_letter_count() -> int:
    """With sources and shops that do not answer: one query, however many kinds of row there are."""
    now = timezone.now()
    return sum(_DEAD(now - polling.OVERDUE, now - coupon_shops.PATIENCE))


def _given_up(model: type[Leasable], *_since: datetime) -> QuerySet[Leasable]:
    """A partial index of the large tables has nothing but these rows."""
    return model._default_manager.given_up().order_by()


_DEAD = PreparedCounts(
    [
        *(partial(_given_up, model) for model in ROWS),
        lambda unasked, _patient: polling.wrong(unasked),
        lambda _unasked, patient: coupon_shops.wrong(patient),
    ],
    datetime,
    datetime,
)


def _alarms(now: datetime) -> list[tuple[Source, str | LazyText, datetime | None]]:
    """Sources that do not answer: which, what is the matter, and when they last did."""
    return [(row.source, _what_is_wrong(row), row.polled_at) for row in polling.alarms(now)]


def _what_is_wrong(row: Polling) -> str | LazyText:
    if row.trouble:
        return polling.words_of(row.trouble)
    if row.reply_trouble:
        return _("Replies cannot be published there yet: check the account and its password.")
    return _("Nobody has asked it for more than a day. Is the worker running?")


@cache
def _kinds() -> dict[str, type[Leasable]]:
    return {model._meta.label_lower: model for model in ROWS}
