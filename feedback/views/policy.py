"""The policy: its versions, one of them with proof, replay and comments, and a new one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import policies, policy_words, trials
from feedback.models import Policy, PolicyTrial
from feedback.policy import statutory
from feedback.policy.terms import CURRENCIES, BadTerms, Terms
from feedback.policy.written import to_toml
from feedback.policy_forms import AdvocateForm, FileForm, MonthsForm, TermsForm
from feedback.roles import DESK, EVERYONE, Role, allow, holds
from feedback.views import otherwise, replayed

SHOWN = 50  # versions


@allow(EVERYONE)
@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    live = policies.live(now)
    rows = list(Policy.objects.select_related("author").defer("proof").order_by("-version")[:SHOWN])
    context = {
        "policies": rows,
        "live": live,
        "terms": policy_words.said(_data(live), request.LANGUAGE_CODE),
        "is_manager": holds(request, Role.MANAGER),
        "rights": policy_words.rights(statutory.shipped(), request.LANGUAGE_CODE),
        "is_advocate": holds(request, Role.ADVOCATE),
        "sees_decisions": holds(request, *DESK),
        "now": now,
    }
    return render(request, "feedback/policies.html", context)


@allow(EVERYONE)
@require_safe
def policy_page(request: HttpRequest, version: int) -> HttpResponse:
    return _show(request, _policy(version))


@allow(EVERYONE)
@require_safe
def policy_file(request: HttpRequest, version: int) -> HttpResponse:
    return HttpResponse(
        to_toml(_policy(version).terms),
        content_type="application/toml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="policy-{version}.toml"'},
    )


@allow(Role.MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def new_policy(request: HttpRequest) -> HttpResponse:
    """A form filled in with the version that counts, or with `?like=` another one."""
    like = _like(request)
    more = request.GET.get("currency", "")
    form = TermsForm(request.POST if request.method == "POST" else None, like=like, more=more)
    if request.method == "POST" and form.is_valid():
        try:
            return _proposed(request, form.terms, form.cleaned_data["comment"])
        except BadTerms as bad:
            form.refuse(bad)
    return _show_new(request, form, FileForm(auto_id="file_%s"))


@allow(Role.MANAGER)
@require_POST
def upload_policy(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES, auto_id="file_%s")
    if form.is_valid():
        try:
            return _proposed(request, form.terms, form.cleaned_data["comment"])
        except BadTerms as bad:
            form.add_error("file", policy_words.named_error(bad))
    return _show_new(request, TermsForm(like=_like(request)), form)


@allow(Role.ADVOCATE)
@require_POST
def speak(request: HttpRequest, version: int) -> HttpResponse:
    policy = _policy(version)
    form = AdvocateForm(request.POST)
    if not form.is_valid():
        return _show(request, policy, advocate_form=form, status=400)
    try:
        policies.speak(policy, form.cleaned_data["words"], by=request.user, now=timezone.now())
        messages.success(request, _("Kept. A manager can read it and adopt the version."))
    except policies.NotReady:
        form.add_error("words", _("First the proof has to run: you speak on what it shows."))
        return _show(request, policy, advocate_form=form, status=409)
    except policies.OwnWords:
        messages.error(
            request, _("You wrote this version: somebody else has to speak for the customers on it.")
        )
    except policies.Stale:
        messages.warning(
            request, _("Somebody else was faster. This is how it stands now; please look again.")
        )
    return redirect("policy", version)


@allow(Role.MANAGER)
@require_POST
def adopt(request: HttpRequest, version: int) -> HttpResponse:
    policy = _policy(version)
    now = timezone.now()
    try:
        adopted = policies.adopt(policy, by=request.user, now=now)
    except policies.NotReady as error:
        messages.error(request, policy_words.why_not(error.reason))
    except policies.Stale:
        messages.warning(
            request, _("Somebody else was faster. This is how it stands now; please look again.")
        )
    else:
        if adopted.starts_at > now:
            messages.success(request, _("Adopted. It counts from its day on."))
        else:
            messages.success(request, _("It counts from now on. What was decided before stays as it is."))
    return redirect("policy", version)


@allow(Role.MANAGER)
@require_POST
def withdraw(request: HttpRequest, version: int) -> HttpResponse:
    try:
        policies.withdraw(_policy(version), by=request.user)
        messages.success(request, _("Withdrawn. It stays in the list, and never counts."))
    except policies.Stale:
        messages.warning(
            request, _("Somebody else was faster. This is how it stands now; please look again.")
        )
    return redirect("policy", version)


@allow(Role.MANAGER, Role.ADVOCATE)
@require_POST
def try_again(request: HttpRequest, version: int) -> HttpResponse:
    """A replay over other months, or the proof once more after an update of the program."""
    policy, form = _policy(version), MonthsForm(request.POST)
    is_proof = request.POST.get("kind") == PolicyTrial.Kind.PROOF
    if not is_proof and not form.is_valid():
        messages.error(request, form.errors["months"][0])
        return redirect("policy", version)
    kind, months = (
        (PolicyTrial.Kind.PROOF, None)
        if is_proof
        else (PolicyTrial.Kind.BACKTEST, form.cleaned_data["months"])
    )
    try:
        trials.ask(policy, kind, months=months, by=request.user, now=timezone.now())
        messages.success(request, _("It is in the queue. You may leave this page."))
    except trials.Busy:
        messages.info(request, _("That is under way already."))
    except policies.Stale:
        messages.warning(request, _("Only a proposed version is tried."))
    return redirect("policy", version)


def _show(
    request: HttpRequest, policy: Policy, *, advocate_form: AdvocateForm | None = None, status: int = 200
) -> HttpResponse:
    now, language = timezone.now(), request.LANGUAGE_CODE
    live = policies.live(now)
    trial = replayed.of(policy).first()
    is_proposed = policy.state == Policy.State.PROPOSED
    reason = policies.why_not(policy, now) if is_proposed else ""
    waiting = dict(
        PolicyTrial.objects.filter(policy=policy, finished_at=None).values_list("kind", "failed_at")
    )
    compared = live if live and live.pk != policy.pk else _before(policy)
    context = {
        "policy": policy,
        "live": live,
        "is_live": live is not None and live.pk == policy.pk,
        "is_proposed": is_proposed,
        "compared": compared,
        "changes": policy_words.changed(_data(compared), policy.terms, language) if compared else [],
        "terms": policy_words.said(policy.terms, language),
        "proof": list(policy_words.invariants(policy.proof, language)) if policy.proof else [],
        "waiting": waiting,
        "is_working": any(failed is None for failed in waiting.values()),
        "trial": trial,
        "months_form": MonthsForm(initial={"months": trial.months if trial else 6}),
        "reason": reason,
        "why_not": policy_words.why_not(reason) if reason else "",
        "is_manager": holds(request, Role.MANAGER),
        "may_speak": holds(request, Role.ADVOCATE) and policy.author_id != request.user.pk,
        "may_try": holds(request, Role.MANAGER, Role.ADVOCATE),
        "advocate_form": advocate_form or AdvocateForm(),
        "now": now,
    }
    if found := otherwise.of(policy):
        context["otherwise"] = otherwise.shown(found, language)
    if trial and trial.result:
        context |= replayed.shown(trial, language)
    return render(request, "feedback/policy.html", context, status=status)


def _show_new(request: HttpRequest, form: TermsForm, file_form: FileForm) -> HttpResponse:
    context = {
        "form": form,
        "file_form": file_form,
        "currencies": sorted(CURRENCIES - set(form.currencies)),
        "live": policies.live(timezone.now()),
    }
    is_wrong = form.errors or file_form.errors
    return render(request, "feedback/policy_new.html", context, status=400 if is_wrong else 200)


def _proposed(request: HttpRequest, terms: Terms, comment: str) -> HttpResponse:
    made = policies.propose(terms.as_dict(), comment=comment, by=request.user, now=timezone.now())
    messages.success(
        request,
        _("Version %(version)s is proposed. It is being proved and tried on past cases.")
        % {"version": made.version},
    )
    return redirect("policy", made.version)


def _policy(version: int) -> Policy:
    if version > replayed.LARGEST:
        raise Http404
    found = Policy.objects.select_related("author", "advocate", "adopted_by")
    return get_object_or_404(found, version=version)


def _before(policy: Policy) -> Policy | None:
    """The version that counted when this one began, for one that counts itself or did."""
    earlier = Policy.objects.filter(state__in=Policy.COUNTED, starts_at__lte=policy.starts_at)
    return (
        earlier.exclude(pk=policy.pk)
        .filter(version__lt=policy.version)
        .order_by("-starts_at", "-version")
        .first()
    )


def _data(policy: Policy | None) -> Mapping[str, Any]:
    return policy.terms if policy else Terms.shipped().as_dict()


def _like(request: HttpRequest) -> Mapping[str, Any]:
    wanted = request.GET.get("like", "")
    if wanted.isdecimal() and len(wanted) < 10:
        return _policy(int(wanted)).terms
    return _data(policies.live(timezone.now()))
