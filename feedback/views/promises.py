"""Promises: who is to be called today, what is still to be done, and the customer's own answer by a link."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import call_backs, handling, labels, promises, shop
from feedback.addressing import as_the_shop_does
from feedback.models import Promise
from feedback.promise_forms import (
    AnswerForm,
    CustomersAnswerForm,
    NotReachedForm,
    PromiseFilter,
    WithdrawForm,
)
from feedback.roles import EVERYONE, Role, allow, holds, public
from feedback.templatetags.feedback import day

PER_PAGE = 40
CALL = (Role.FRONT_LINE, Role.STAFF, Role.APPROVER, Role.MANAGER)


@allow(EVERYONE)
@require_safe
def promise_list(request: HttpRequest) -> HttpResponse:
    today = shop.day(timezone.now())
    form = PromiseFilter(request.GET)
    if not form.is_valid():
        return render(request, "feedback/promises.html", {"form": form}, status=400)
    rows = form.rows(request.user, today).select_related("case__customer", "who", "settled_by")
    name = form.cleaned_data["name"]
    context = {
        "form": PromiseFilter({name: value for name, value in form.cleaned_data.items() if value}),
        "of": form.cleaned_data,
        "line_words": labels.known(labels.PROBLEMS, name) if form.cleaned_data["by"] == "problem" else name,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "today": today,
        "show": form.cleaned_data["show"],
        "counts": _counts(today),
        "sees_reports": holds(request, Role.MANAGER, Role.ADVOCATE, Role.ADMINISTRATOR),
    }
    return render(request, "feedback/promises.html", context)


@allow(EVERYONE)
@require_safe
def promise_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, _found(pk))


@allow(*CALL)
@require_POST
def answered(request: HttpRequest, pk: int) -> HttpResponse:
    promise = _found(pk)
    form = AnswerForm(request.POST, is_stopped=handling.is_stopped(promise.case))
    if not form.is_valid():
        return _show(request, promise, form=form, status=400)
    given = form.cleaned_data
    try:
        promises.settle(
            promise, kept=given["kept"] == "yes", via=given["via"], told=given["told"], by=request.user,
            now=timezone.now(),
        )  # fmt: skip
    except promises.Stale:
        messages.warning(request, _("It was answered just before. This is how it stands now."))
        return redirect("promise", pk)
    except promises.TooEarly:
        form.add_error(None, _("Its day has not passed: nobody can say yet that it was not kept."))
        return _show(request, promise, form=form, status=400)
    if promise.state == Promise.State.KEPT:
        messages.success(request, _("Noted: kept."))
        return redirect("promises")
    messages.warning(request, _("Noted: not kept. The case is open again, and due at once."))
    return redirect("case", promise.case.public_id)


@allow(*CALL)
@require_POST
def not_reached(request: HttpRequest, pk: int) -> HttpResponse:
    promise = _found(pk)
    form = NotReachedForm(request.POST)
    if not form.is_valid():
        return _show(request, promise, unreached=form, status=400)
    try:
        call_backs.not_reached(promise, by=request.user, now=timezone.now(), note=form.cleaned_data["note"])
    except promises.Stale:
        messages.warning(
            request, _("It was answered, or tried by somebody, just before. This is how it stands now.")
        )
    except promises.TooEarly:
        messages.warning(request, _("The customer is called once the day to ask has come."))
    except promises.NotAllowed:
        messages.error(request, str(handling.STOPPED))
    else:
        again = {"day": day(promise.call_back_on)}
        messages.success(request, _("Noted: not reached. Again: %(day)s.") % again)
    return redirect("promise", pk)


@allow(*CALL)
@require_POST
def withdrawn(request: HttpRequest, pk: int) -> HttpResponse:
    promise = _found(pk)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _show(request, promise, withdrawing=form, status=400)
    try:
        promises.withdraw(promise, why=form.cleaned_data["why"], by=request.user, now=timezone.now())
    except promises.Stale:
        messages.warning(request, _("It was answered just before. This is how it stands now."))
    except promises.TooLate:
        form.add_error("why", _("Its day has passed: ask the customer whether it was kept."))
        return _show(request, promise, withdrawing=form, status=400)
    else:
        messages.success(request, _("Noted: it holds no more, and nobody is asked about it."))
        return redirect("case", promise.case.public_id)
    return redirect("promise", pk)


@allow(*CALL)
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """In writing, with a link for the answer: by mail, or where none may go by a text, sent by hand."""
    promise = _found(pk)
    try:
        if call_backs.way_of(promise.case) == call_backs.Way.TEXT:
            call_backs.open_link(promise, by=request.user, now=timezone.now())
            done = _("The text stands below: send it now. The answer shows up here by itself.")
        else:
            promises.ask_by_mail(promise, by=request.user, now=timezone.now())
            done = _("The mail is on its way. The answer shows up here by itself.")
    except promises.Stale:
        messages.warning(request, _("It was answered just before. This is how it stands now."))
    except promises.TooEarly:
        messages.warning(request, _("The customer is asked after the promised day, and once a day at most."))
    except promises.NotAllowed:
        messages.error(request, _("There is no address of this customer that we may write to."))
    else:
        messages.success(request, done)
    return redirect("promise", pk)


@public
@as_the_shop_does
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def promise_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The customer's yes or no. A GET writes nothing: mail scanners follow links."""
    promise = promises.find(token)
    if promise is None:
        raise Http404
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        request.LANGUAGE_CODE = promises.language_of(promise.case)
        translation.activate(request.LANGUAGE_CODE)
    form = CustomersAnswerForm(request.POST if request.method == "POST" else None)
    status = 400 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            _take(request, promise, form.cleaned_data)
            return redirect("promise_answer", token)
        except promises.Stale:
            promise.refresh_from_db()
            status = 409
    context = {
        "promise": promise,
        "form": form,
        "by_us": promise.told_via != Promise.Via.LINK,
        "is_closed": promises.is_closed(promise, promise.case),
    }
    response = render(request, "feedback/promise_answer.html", context, status=status)
    response["Referrer-Policy"] = "same-origin"  # "no-referrer" makes browsers send our forms without origin
    return response


def _take(request: HttpRequest, promise: Promise, given: dict[str, str]) -> None:
    if promises.hear(promise, kept=given["kept"] == "yes", told=given["told"], now=timezone.now()):
        messages.success(request, _("We have put your words into your case."))


def _found(pk: int) -> Promise:
    rows = Promise.objects.select_related("case__customer", "case__comment__analysis", "who", "settled_by")
    return get_object_or_404(rows, pk=pk)


def _show(
    request: HttpRequest,
    promise: Promise,
    *,
    form: AnswerForm | None = None,
    unreached: NotReachedForm | None = None,
    withdrawing: WithdrawForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today, is_stopped = shop.day(timezone.now()), handling.is_stopped(promise.case)
    context = {
        "promise": promise,
        "case": promise.case,
        "stopped": handling.STOPPED if is_stopped else "",
        "form": form or AnswerForm(is_stopped=is_stopped),
        "unreached": unreached or NotReachedForm(),
        "withdrawing": (withdrawing or WithdrawForm()).offer(promise, today),
        "may_call": holds(request, *CALL),
        "proposed": promises.proposed(promise, str(request.user)),
        "spoken": promises.language_of(promise.case),
        "today": today,
        "may_ask": promises.may_be_asked(promise, today),
    }
    return render(request, "feedback/promise.html", context | _calls(promise), status=status)


def _calls(promise: Promise) -> dict[str, Any]:
    """What was tried, and how to go on."""
    way = call_backs.way_of(promise.case)
    text = call_backs.text_of(promise) if way == call_backs.Way.TEXT else ""
    return {
        "attempts": promise.attempts.select_related("by").order_by("number"),
        "is_enough": promise.unreached >= call_backs.ENOUGH,
        "way": way.value,
        "text": text,
        "sms_url": call_backs.sms_url(promise, text) if text else "",
    }


def _counts(today: date) -> dict[str, int]:
    waiting = Promise.objects.unsettled()
    return waiting.aggregate(
        ask=Count("pk", filter=Q(call_back_on__lte=today)),
        coming=Count("pk", filter=Q(call_back_on__gt=today)),
    )
