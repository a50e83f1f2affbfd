"""The reader behind the pages: what people corrected, engines trained on it, reading old comments anew."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback import corrections, engines, journal, labels, rereading
from feedback.models import Engine
from feedback.personal_data import redact
from feedback.roles import Role, allow

SET_UP = (Role.MANAGER, Role.ADMINISTRATOR)
SHOWN = 20  # engines


@allow(*SET_UP)
@require_safe
def reader(request: HttpRequest) -> HttpResponse:
    rows = list(Engine.objects.select_related("asked_by").defer("delta").order_by("-pk")[:SHOWN])
    for row in rows:
        row.is_outdated = engines.is_outdated(row)
        row.sides = engines.how_it_went(row)
        row.is_same = engines.makes_no_difference(row)
        row.reason = _("There was nothing to learn from.") if row.failure == engines.NOTHING else row.failure
        for side in row.sides:
            side["label"] = labels.SIDES[side["side"]]
    active = Engine.objects.filter(is_active=True).defer("delta").first()
    asked = rereading.latest()
    context: dict[str, Any] = {
        "corrections": corrections.how_many(),
        "engines": rows,
        "active": active,
        "reads": None if active is None or engines.is_outdated(active) else active,
        "is_training": any(row.state == Engine.State.TRAINING and row.failed_at is None for row in rows),
        "anew": asked,
        "is_reading": asked is not None and asked.finished_at is None and asked.failed_at is None,
    }
    return render(request, "feedback/reader.html", context)


@allow(*SET_UP)
@require_POST
def train(request: HttpRequest) -> HttpResponse:
    try:
        engines.ask(request.user)
        messages.success(request, _("The training is in the queue. You may leave this page."))
    except engines.Busy:
        messages.info(request, _("A training is under way already."))
    return redirect("reader")


@allow(*SET_UP)
@require_POST
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    try:
        engines.activate(get_object_or_404(Engine.objects.defer("delta"), pk=pk), by=request.user)
        messages.success(
            request, _("This engine reads from now on. Old comments keep what was read in them.")
        )
    except engines.NotReady:
        messages.warning(request, _("This engine cannot read. Train a new one."))
    return redirect("reader")


@allow(*SET_UP)
@require_POST
def back_to_shipped(request: HttpRequest) -> HttpResponse:
    engines.back_to_shipped(by=request.user)
    messages.success(request, _("The shipped engine reads from now on."))
    return redirect("reader")


@allow(*SET_UP)
@require_POST
def read_anew(request: HttpRequest) -> HttpResponse:
    try:
        asked = rereading.ask(request.user)
        messages.success(
            request, _("%(n)s comments are read anew. You may leave this page.") % {"n": asked.total}
        )
    except rereading.Busy:
        messages.info(request, _("They are being read anew already."))
    return redirect("reader")


@allow(*SET_UP)
@require_POST
def take_corrections(request: HttpRequest) -> HttpResponse:
    """As a file for `manage.py evaluate_reader`. It holds customers' words, without personal data; who took
    it is noted."""
    lines = [json.dumps(_line(one), ensure_ascii=False) for one in corrections.newest(engines.MOST)]
    with journal.recording():
        journal.log("corrections taken", "feedback.analysis", by=request.user, count=len(lines))
    return HttpResponse(
        "".join(f"{line}\n" for line in lines),
        content_type="application/jsonl; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="corrections.jsonl"'},
    )


def _line(one: corrections.Corrected) -> dict[str, Any]:
    said = one.said
    return {
        "text": redact(one.text),
        "lang": one.lang,
        "polarity": said.sentiment,
        "problem": said.problem,
        "themes": list(said.themes),
        "aspects": [{"aspect": slug, "polarity": side} for slug, side in said.themes.items()],
        "source": one.source,
    }
