"""The builder: questions under work, each change saved at once; look at it, try it, publish it."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback import comments
from feedback.addressing import as_the_shop_does
from feedback.models import User
from feedback.roles import Role, allow, public
from surveys import (
    building,
    circumstances,
    definitions,
    editing,
    invariance,
    pictures,
    publishing,
    reach,
    screens,
    shared,
    sheets,
    spoken,
    spoken_faults,
)
from surveys.building import Stale
from surveys.definitions import BadDefinition
from surveys.editing import Full, Json, NoSuchQuestion
from surveys.forms import ImportForm, NameForm, StartForm
from surveys.models import Picture, Survey, SurveyVersion
from surveys.questions import CONTACT_FIELDS, LANGUAGES, STEPS, Kind, Meaning
from surveys.spoken_faults import Said

SHOWN_VERSIONS = 20
BUILDERS = (Role.MANAGER, Role.ADMINISTRATOR)
SPARE = 3  # empty lines below the choices, rows and conditions there are


@allow(*BUILDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """From a template, from nothing, or from a file that another installation exported."""
    started, imported = StartForm(), ImportForm()
    if request.method == "POST" and "import" in request.POST:
        imported = ImportForm(request.POST, request.FILES)
        if imported.is_valid():
            given = imported.cleaned_data
            made = building.start(given["name"], given["definition"], now=timezone.now(), by=_person(request))
            return redirect("survey_edit", made.public_id)
    elif request.method == "POST":
        started = StartForm(request.POST)
        if started.is_valid():
            template = started.cleaned_data["template"]
            definition = publishing.shipped(template) if template else editing.blank()
            made = building.start(
                started.cleaned_data["name"], definition, now=timezone.now(), by=_person(request)
            )
            return redirect("survey_edit", made.public_id)
    context = {"started": started, "imported": imported}
    return render(request, "surveys/new.html", context, status=400 if request.method == "POST" else 200)


@allow(*BUILDERS)
@require_safe
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    version = _version(public_id)
    language = _language()
    questions = editing.questions_of(version.definition)
    context = {
        "survey": version.survey,
        "version": version,
        "title": version.definition.get("title") or {},
        "questions": [_listed(one, questions[:place], language) for place, one in enumerate(questions)],
        "kinds": spoken.KINDS.items(),
        "faults": [_said(fault, version.definition) for fault in editing.faults(version.definition)],
        "is_changed": building.is_changed(version),
        "published": _published(version.survey, language),
    }
    return render(request, "surveys/edit.html", context)


@allow(*BUILDERS)
@require_POST
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """One change of the whole: a title, a new question, another order, one moved, copied or removed."""
    version = _version(public_id)
    try:
        definition, target = _changed(version.definition, _clean(request))
        if definition != version.definition:  # the first one up, once more: no next version begins by that
            building.save(version, definition, edition=_edition(request))
    except (Stale, NoSuchQuestion):
        return _stale(request, public_id)
    except Full:
        said = {"most": definitions.MOST_QUESTIONS}
        messages.warning(request, _("A survey has room for %(most)s questions, and this one is full.") % said)
        return redirect("survey_edit", public_id)
    if target:
        return redirect("survey_question", public_id, target)
    return redirect("survey_edit", public_id)


@allow(*BUILDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    version = _version(public_id)
    try:
        current = editing.find(version.definition, name)
    except NoSuchQuestion:
        return _stale(request, public_id)
    if request.method != "POST":
        return _question(request, version, current)
    sent = editing.from_form(current, _clean(request), _several(request))
    if current.get("kind") == Kind.PICTURE:
        sent = pictures.described(sent)
    if "look" in request.GET:  # what one types, drawn: nothing is saved
        return render(request, "surveys/_preview.html", {"previews": _previews(sent)})
    if "upload" in request.POST:
        try:
            sent = _with_new_picture(request, sent)
        except pictures.BadPicture as bad:
            return _question(request, version, sent, status=400, bad_picture=bad)
    try:
        building.save(version, editing.replace(version.definition, name, sent), edition=_edition(request))
    except Stale:
        return _not_saved(request, _version(public_id), sent)
    if "upload" in request.POST:
        messages.success(request, _("The picture is there, and the question is saved."))
    if "more" in request.POST or "upload" in request.POST:
        return redirect("survey_question", public_id, name)
    messages.success(request, _("Saved."))
    return redirect("survey_edit", public_id)


@allow(*BUILDERS)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    """First what was checked, then the button."""
    version = _version(public_id)
    if request.method == "POST":
        try:
            if version._state.adding:  # nothing was changed since the last time
                building.ask_again(version.survey, by=_person(request))
            else:
                building.publish(version, edition=_edition(request), now=timezone.now(), by=_person(request))
        except Stale:
            return _stale(request, public_id)
        except (BadDefinition, publishing.Faulty):
            return _check(request, version, status=422)
        messages.success(request, _("Published. From now on these questions are asked."))
        return redirect("survey", public_id)
    return _check(request, version)


@allow(*BUILDERS, Role.ADVOCATE)
@require_safe
def export(request: HttpRequest, public_id: str) -> HttpResponse:
    """The questions under work as a file that another installation can import."""
    version = _version(public_id)
    content = {"format": definitions.FORMAT, **version.definition}
    response = HttpResponse(
        json.dumps(content, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{version.survey.slug}.json"'
    return response


@allow(*BUILDERS)
@require_POST
def keep(request: HttpRequest, public_id: str) -> HttpResponse:
    """Call it another name, copy it, put it away, take it out again."""
    survey = get_object_or_404(Survey, public_id=public_id)
    now, by = timezone.now(), _person(request)
    match request.POST.get("act"):
        case "rename":
            return _rename(request, survey, by)
        case "copy":
            name = _("%(name)s (copy)") % {"name": survey.name}
            return redirect("survey_edit", building.copy(survey, name, now=now, by=by).public_id)
        case "away":
            building.put_away(survey, now=now, by=by)
            messages.success(request, _("Put away. Its results stay, and nobody is asked any more."))
        case "out":
            building.take_out(survey, by=by)
            messages.success(request, _("Taken out. Publish it to ask again."))
    return redirect("surveys")


def _rename(request: HttpRequest, survey: Survey, by: User | None) -> HttpResponse:
    form = NameForm({"name": comments.clean(request.POST.get("name", ""))})
    if form.is_valid():
        building.rename(survey, form.cleaned_data["name"], by=by)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(form.errors["name"]))
    return redirect("survey_edit", survey.public_id)


@allow(*BUILDERS, Role.ADVOCATE)
@require_http_methods(["GET", "HEAD", "POST"])
def trial(request: HttpRequest, public_id: str) -> HttpResponse:
    """The questions under work as a customer gets them. It writes nothing."""
    version = _version(public_id)
    link = f"{settings.BASE_URL}{reverse('survey_shared', args=[shared.sign(version.survey)])}"
    about = {"survey": version.survey, "link": link, "days": shared.GOOD_FOR.days}
    wanted = request.GET.get("lang")
    language = wanted if wanted in LANGUAGES else _language()
    return render(request, "surveys/trial.html", _tried(request, version, language) | about)


@public
@as_the_shop_does
@require_http_methods(["GET", "HEAD", "POST"])
def shared_trial(request: HttpRequest, signed: str) -> HttpResponse:
    """The same for somebody without an account, by a link that ends by itself. It writes nothing either."""
    try:
        survey = shared.find(signed)
    except shared.Over:
        return render(request, "surveys/shared_over.html", status=410)
    if survey is None:
        return render(request, "surveys/gone.html", {"reason": "unknown"}, status=404)
    tried = _tried(request, building.under_work(survey), _language())
    response = render(request, "surveys/shared.html", tried)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _tried(request: HttpRequest, version: SurveyVersion, language: str) -> dict[str, Any]:
    """What the page of a trial shows: the questions with what was typed, or why they cannot be asked yet."""
    try:
        definition = _whole(definitions.load(version.definition))
    except BadDefinition as fault:
        return {"fault": _said(fault, version.definition)}
    with translation.override(language):
        sheet = sheets.trial(definition, language)
        typed = screens.typed(request.POST, definition.questions)
        way = sheet.path(typed)
        is_posted = request.method == "POST"
        errors: Mapping[str, Any] = sheet.faults(typed) if is_posted else {}
        drawn = screens.draw(way, language, saved={}, typed=typed if is_posted else {}, errors=errors)
    return {
        "definition_title": definition.title.get(language, ""),
        "questions": drawn,
        "language": language,
        "is_done": is_posted and not errors and {one.id for one in way} <= set(request.POST.getlist("asked")),
        "is_posted": is_posted,
        "languages": LANGUAGES,
    }


def _clean(request: HttpRequest) -> dict[str, str]:
    """What was typed, without what no database keeps."""
    return {name: comments.clean(text) for name, text in request.POST.items()}


def _several(request: HttpRequest) -> dict[str, list[str]]:
    return {name: [comments.clean(text) for text in texts] for name, texts in request.POST.lists()}


def _changed(definition: Json, sent: Mapping[str, str]) -> tuple[Json, str]:
    """The definition after this change, and the question to open next. Raises NoSuchQuestion, Full."""
    name = sent.get("question", "")
    match sent.get("act"):
        case "add" if sent.get("kind") in tuple(Kind):
            return editing.add(definition, Kind(sent["kind"]))
        case "title":
            return definition | {
                "title": {one: sent.get(f"title-{one}", "").strip() for one in LANGUAGES}
            }, ""
        case "order":
            return editing.order(definition, sent.get("names", "").split(",")), ""
        case "up":
            return editing.move(definition, name, -1), ""
        case "down":
            return editing.move(definition, name, 1), ""
        case "copy":
            return editing.duplicate(definition, name), ""
        case "remove":
            return editing.remove(definition, name), ""
    return definition, ""


def _published(survey: Survey, language: str) -> list[dict[str, Any]]:
    """What was asked, and since when: the newest first. One query; answers keep their version."""
    rows = survey.versions.exclude(published_at=None).order_by("-number")[:SHOWN_VERSIONS]
    return [
        {
            "number": row.number,
            "published_at": row.published_at,
            "questions": [spoken.name_of(one, language) for one in editing.questions_of(row.definition)],
        }
        for row in rows
    ]


def _listed(one: Json, earlier: list[Json], language: str) -> dict[str, Any]:
    words = one.get("words")
    by_language = [
        {"language": each, "words": words.get(each) if isinstance(words, dict) else ""}
        for each in sorted(LANGUAGES, key=lambda each: each != language)
    ]
    return {
        "id": one.get("id"),
        "kind": spoken.KINDS.get(one.get("kind"), one.get("kind")),
        "first": by_language[0],
        "second": by_language[1],
        "required": one.get("required"),
        "condition": spoken.condition_in_words(one.get("show_if"), earlier, language),
        "at_most": one.get("asked_at_most"),
    }


def _with_new_picture(request: HttpRequest, sent: Json) -> Json:
    """Raises BadPicture: what was typed is then shown again, not saved."""
    file, typed = request.FILES.get("picture-file"), _clean(request)
    if file is None:
        raise pictures.BadPicture(_("Choose a file first."))
    picture = pictures.take(
        file.file,
        size=file.size or 0,
        called=comments.clean(file.name or ""),
        alt={one: typed.get(f"picture-alt-{one}", "") for one in LANGUAGES},
        now=timezone.now(),
        by=_person(request),
    )
    return pictures.described(pictures.put(sent, picture))


def _not_saved(request: HttpRequest, version: SurveyVersion, sent: Json) -> HttpResponse:
    """Somebody was faster. `version` as it stands now: it may not hold the question any more."""
    try:
        editing.find(version.definition, str(sent.get("id")))
    except NoSuchQuestion:
        words = {"words": spoken.name_of(sent, _language())}
        messages.warning(
            request,
            _("Somebody else removed the question “%(words)s” just before; what you typed was not saved.")
            % words,
        )
        return redirect("survey_edit", version.survey.public_id)
    messages.warning(
        request, _("Somebody else changed the survey just before. Yours is below, not saved yet.")
    )
    return _question(request, version, sent, status=409)


def _question(
    request: HttpRequest,
    version: SurveyVersion,
    raw: Json,
    status: int = 200,
    *,
    bad_picture: pictures.BadPicture | None = None,
) -> HttpResponse:
    questions = editing.questions_of(version.definition)
    names = [one.get("id") for one in questions]
    earlier = questions[: names.index(raw.get("id"))]
    kind, language = raw.get("kind"), _language()
    condition = raw.get("show_if")
    lines = [line for _test, line in spoken.lines(condition)]
    context = {
        "survey": version.survey,
        "version": version,
        "question": raw,
        "kind": spoken.KINDS.get(kind, kind),
        "languages": [("vi", _("Vietnamese")), ("en", _("English"))],
        "choices": _spare(raw.get("choices")) if kind in definitions.WITH_CHOICES else None,
        "rows": _spare(raw.get("rows")) if kind == Kind.GRID else None,
        "has_ends": kind in STEPS,
        "has_bounds": kind in (Kind.NUMBER, Kind.DATE),
        "is_consent": kind == Kind.CONSENT,
        "is_picture": kind == Kind.PICTURE,
        "locations": circumstances.locations(),
        "has_points": kind != Kind.RANKING,
        "contact_fields": _contact(raw) if kind == Kind.CONTACT else None,
        "meanings": [(one.value, spoken.MEANINGS[one]) for one in Meaning if kind in definitions.FITS[one]],
        "pictures": Picture.objects.order_by("name").values_list("name", flat=True),
        "bad_picture": bad_picture.message if bad_picture else "",
        "typed_alt": {one: request.POST.get(f"picture-alt-{one}", "") for one in LANGUAGES if bad_picture},
        "groups": spoken.choices(earlier, condition, language),
        "pieces": list(spoken.pieces(earlier, language)),
        "tests": [*lines, *[spoken.Line()] * SPARE],
        "is_any": isinstance(condition, dict) and condition.get("match") == "any",
        "faults": [
            _said(one, version.definition)
            for one in editing.faults(version.definition)
            if one.question == raw.get("id")
        ],
        "previews": _previews(raw),
    }
    return render(request, "surveys/question.html", context, status=status)


def _spare(listed: Any) -> list[Json]:
    return [*(listed if isinstance(listed, list) else []), *[{}] * SPARE]


def _contact(raw: Json) -> list[tuple[str, bool]]:
    return [(field, field in (raw.get("fields") or [])) for field in CONTACT_FIELDS]


def _previews(raw: Json) -> list[dict[str, Any]]:
    """As a customer sees it in each language; why not, where it cannot be asked yet."""
    previews = []
    for language in LANGUAGES:
        with translation.override(language):
            try:
                one = _whole_question(definitions.load_question(editing.sketch(raw)))
                drawn, fault = screens.draw([one], language, saved={})[0], None
            except BadDefinition as bad:
                drawn, fault = None, bad
        missing = spoken_faults.said(fault, [], _language()) if fault else None
        previews.append({"language": language, "drawn": drawn, "fault": missing})
    return previews


def _whole(definition: Any) -> Any:
    offered = sheets.offered_touchpoints() if definition.asks_for_touchpoint else []
    return definition.with_touchpoints(sheets.as_choices(offered))


def _whole_question(one: Any) -> Any:
    return _whole(definitions.Definition(title={}, questions=(one,))).questions[0]


def _check(request: HttpRequest, version: SurveyVersion, status: int = 200) -> HttpResponse:
    faults = [_said(fault, version.definition) for fault in editing.faults(version.definition)]
    found = proof = None
    if not faults:
        definition = _whole(definitions.load(version.definition))
        found = reach.explore(definition)
        proof = invariance.prove_survey(definition, sheets.offer(version.survey), found)
        faults = [
            _fault(fault, version.definition)
            for fault in (
                *found.faults,
                *proof.faults,
                *pictures.missing(definition),
                *circumstances.nowhere(definition),
            )
        ]
    context = {
        "survey": version.survey,
        "version": version,
        "faults": faults,
        "found": found,
        "proof": proof,
        "is_unchanged": version._state.adding,
    }
    return render(request, "surveys/publish.html", context, status=status)


def _said(fault: BadDefinition, definition: Mapping[str, Any]) -> Said:
    return spoken_faults.said(fault, editing.questions_of(definition), _language())


def _fault(fault: Any, definition: Mapping[str, Any]) -> Said:
    words = getattr(fault, "words", "")
    why = _(fault.message) % {"words": words} if words else _(fault.message)
    return spoken_faults.of_a_question(fault.question, why, editing.questions_of(definition), _language())


def _stale(request: HttpRequest, public_id: str) -> HttpResponse:
    messages.warning(request, _("Somebody else changed the survey just before. This is how it stands now."))
    return redirect("survey_edit", public_id)


def _version(public_id: str) -> SurveyVersion:
    survey = get_object_or_404(Survey, public_id=public_id)
    version = building.under_work(survey)
    version.survey = survey
    return version


def _edition(request: HttpRequest) -> int:
    given = request.POST.get("edition", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _language() -> str:
    language = (translation.get_language() or "en")[:2]
    return language if language in LANGUAGES else "en"
