"""One customer's story with us: orders, refunds, disputes, words, cases, promises, answers, rewards."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback import defections, labels, shop
from feedback.models import Case, Comment, Concession, Customer, Defection, Dispute, Order, Promise, Refund
from feedback.money import format_money
from feedback.templatetags.feedback import calendar_day
from reviews.models import Reply
from surveys.models import Response, Reward

MOST = 300  # rows of one kind; nobody reads further, and the page stays quick


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`tone`: bad, good or nothing. `words`: what the customer or we said; `url`: where it lies."""

    at: datetime
    what: str
    note: str = ""
    words: str = ""
    is_covered: bool = False  # abusive: shown once somebody opens it
    url: str = ""
    tone: str = ""
    language: str = ""


def timeline(customer: Customer, language: str, *, sees_replies: bool, sees_surveys: bool) -> list[Entry]:
    """Newest first; one query for each kind of row."""

    def money(amount: Any, currency: str) -> str:
        return format_money(amount, currency, language)

    entries = [
        *_orders(customer, money),
        *_refunds(customer, money),
        *_disputes(customer, money),
        *_comments(customer),
        *_cases(customer),
        *_promises(customer),
        *_concessions(customer, money),
        *_defections(customer, language, sees_replies),
        *_replies(customer, sees_replies),
        *_responses(customer, sees_surveys),
        *_rewards(customer, money),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


Money = Callable[[Any, str], str]


def _orders(customer: Customer, money: Money) -> Iterator[Entry]:
    for order in Order.objects.filter(customer=customer).order_by("-placed_at")[:MOST]:
        late = order.days_late or 0
        yield Entry(
            at=order.placed_at,
            what=_("Order %(number)s, %(total)s")
            % {"number": order.number, "total": money(order.total, order.currency)},
            note=_("cancelled")
            if order.cancelled_at
            else _("came %(n)s days late") % {"n": late}
            if late > 0
            else "",
            tone="bad" if late > 0 else "",
        )


def _refunds(customer: Customer, money: Money) -> Iterator[Entry]:
    refunds = Refund.objects.filter(order__customer=customer).select_related("order").order_by("-refunded_at")
    for refund in refunds[:MOST]:
        amount = money(refund.amount, refund.currency)
        what = _("%(amount)s paid back on order %(number)s") % {
            "amount": amount,
            "number": refund.order.number,
        }
        yield Entry(at=refund.refunded_at, what=what, note=labels.known(labels.REFUND_REASONS, refund.reason))


def _disputes(customer: Customer, money: Money) -> Iterator[Entry]:
    disputes = Dispute.objects.filter(order__customer=customer).select_related("order").order_by("-opened_at")
    for dispute in disputes[:MOST]:
        about = {"number": dispute.order.number, "amount": money(dispute.amount, dispute.currency)}
        what = _("Dispute at the bank over order %(number)s, %(amount)s") % about
        yield Entry(
            at=dispute.opened_at,
            what=what,
            note=labels.known(labels.DISPUTE_REASONS, dispute.reason),
            tone="bad",
        )
        if dispute.closed_at:
            what = _("Dispute over order %(number)s closed") % about
            yield Entry(
                at=dispute.closed_at,
                what=what,
                note=labels.known(dict(Dispute.Outcome.choices), dispute.outcome),
            )


def _comments(customer: Customer) -> Iterator[Entry]:
    comments = Comment.objects.current().filter(customer=customer).select_related("analysis")
    for comment in comments.order_by("-said_at")[:MOST]:
        analysis = getattr(comment, "analysis", None)
        feeling = analysis.final_sentiment if analysis else ""
        sign = f"{labels.SIGNS[feeling]} " if feeling in labels.SIGNS else ""
        yield Entry(
            at=comment.said_at,
            what=f"{sign}{capfirst(comment.get_channel_display())}",
            note=str(comment.get_why_display()),
            words=comment.words,
            is_covered=comment.is_abusive,
            tone=labels.TONES.get(feeling, ""),
            language=analysis.lang if analysis and analysis.lang in ("vi", "en") else "",
        )


def _cases(customer: Customer) -> Iterator[Entry]:
    for case in Case.objects.filter(customer=customer).order_by("-opened_at")[:MOST]:
        url = reverse("case", args=[case.public_id])
        yield Entry(
            at=case.opened_at, what=_("Case opened"), note=str(case.get_state_display()), url=url, tone="bad"
        )
        if case.resolved_at:
            note = "" if case.resolved_first_time is None else _how_solved(case)
            yield Entry(at=case.resolved_at, what=_("Case resolved"), note=note, url=url, tone="good")


def _how_solved(case: Case) -> str:
    return (
        _("the first time they told us") if case.resolved_first_time else _("not the first time they told us")
    )


def _promises(customer: Customer) -> Iterator[Entry]:
    """What was promised, when it was or is due, who was called about it, and what came of it (S0-6)."""
    promises = Promise.objects.filter(case__customer=customer).select_related("who").order_by("-made_at")
    for one in promises[:MOST]:
        url = reverse("promise", args=[one.pk])
        who = str(one.who) if one.who else _("our team")
        due = _("by %(day)s, %(who)s") % {"day": calendar_day(one.by_when), "who": who}
        yield Entry(at=one.made_at, what=_("Promised: %(what)s") % {"what": one.what}, note=due, url=url)
        yield Entry(
            at=shop.start_of(one.by_when),
            what=_("Due: %(what)s") % {"what": one.what},
            note=_("not yet known whether kept") if one.state == Promise.State.OPEN else "",
            url=url,
        )
        yield from _asked_about(one, url)


def _asked_about(one: Promise, url: str) -> Iterator[Entry]:
    """Calls that reached nobody, the question in writing, the call still to come, and the end."""
    about = {"what": one.what}
    if one.tried_at:
        note = ngettext("%(n)s call so far", "%(n)s calls so far", one.unreached) % {"n": one.unreached}
        yield Entry(
            at=one.tried_at, what=_("Called back, nobody reached: %(what)s") % about, note=note, url=url
        )
    if one.asked_at:
        yield Entry(at=one.asked_at, what=_("Asked in writing whether kept: %(what)s") % about, url=url)
    if one.settled_at:
        yield Entry(
            at=one.settled_at,
            what=_ENDINGS[one.state] % about,
            note=str(one.get_withdrawn_why_display() or one.get_told_via_display()),
            words=one.told,
            tone={Promise.State.KEPT: "good", Promise.State.BROKEN: "bad"}.get(Promise.State(one.state), ""),
            url=url,
        )
    else:
        at = shop.start_of(one.call_back_on)
        yield Entry(at=at, what=_("Call back: was it kept? %(what)s") % about, url=url)


_ENDINGS = {
    Promise.State.KEPT.value: gettext_lazy("Promise kept: %(what)s"),
    Promise.State.BROKEN.value: gettext_lazy("Promise not kept: %(what)s"),
    Promise.State.WITHDRAWN.value: gettext_lazy("Promise withdrawn: %(what)s"),
}


def _concessions(customer: Customer, money: Money) -> Iterator[Entry]:
    concessions = Concession.objects.filter(case__customer=customer).order_by("-booked_at")
    for row in concessions[:MOST]:
        remedy = labels.known(labels.REMEDIES, row.remedy)
        what = _("Given: %(remedy)s, cost us %(cost)s") % {
            "remedy": remedy,
            "cost": money(row.cost, row.currency),
        }
        yield Entry(at=row.booked_at, what=what)


def _defections(customer: Customer, language: str, is_desk: bool) -> Iterator[Entry]:
    rows = Defection.objects.filter(customer=customer).select_related("rule").order_by("-found_at")
    for row in rows[:MOST]:
        url = reverse("defection", args=[row.public_id]) if is_desk else ""
        note = (
            f"{row.get_state_display()}, {row.get_cause_display()}" if row.cause else row.get_state_display()
        )
        what = _("Stopped buying: %(pattern)s") % {"pattern": defections.pattern_of(row, language)}
        tone = "" if row.state == Defection.State.WITHDRAWN else "bad"
        yield Entry(at=row.found_at, what=what, note=note, url=url, tone=tone)


def _replies(customer: Customer, sees_replies: bool) -> Iterator[Entry]:
    published = Reply.objects.filter(review__comment__customer=customer, state=Reply.State.PUBLISHED)
    for reply in published.order_by("-published_at")[:MOST]:
        url = reverse("reply", args=[reply.public_id]) if sees_replies else ""
        yield Entry(
            at=reply.published_at,
            what=_("Our public reply"),
            words=reply.text,
            url=url,
            language=reply.language,
        )


def _responses(customer: Customer, sees_surveys: bool) -> Iterator[Entry]:
    finished = Response.objects.filter(invitation__customer=customer, finished_at__isnull=False)
    for response in finished.select_related("invitation__survey").order_by("-finished_at")[:MOST]:
        survey = response.invitation.survey
        url = reverse("survey", args=[survey.public_id]) if sees_surveys else ""
        yield Entry(
            at=response.finished_at, what=_("Answered “%(survey)s”") % {"survey": survey.name}, url=url
        )


def _rewards(customer: Customer, money: Money) -> Iterator[Entry]:
    rewards = Reward.objects.filter(response__invitation__customer=customer, issued_at__isnull=False)
    for reward in rewards.order_by("-issued_at")[:MOST]:
        amount = {"amount": money(reward.amount, reward.currency)}
        yield Entry(
            at=reward.issued_at,
            what=_("Reward of %(amount)s given") % amount,
            note=str(reward.get_state_display()),
        )
        if reward.redeemed_at:
            yield Entry(at=reward.redeemed_at, what=_("Reward of %(amount)s used") % amount, tone="good")
