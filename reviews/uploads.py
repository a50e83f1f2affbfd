"""The import page: the same as manage.py import_reviews, for people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from feedback.roles import Role, allow
from reviews import imports
from reviews.files import BadFile
from reviews.forms import ImportForm
from reviews.models import Source

SHOWN_FAULTS = 200
IMPORTERS = (Role.MANAGER, Role.ADMINISTRATOR)


@allow(*IMPORTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=400)
    given = form.cleaned_data
    try:
        imports.check(given["file"].file)  # before a new source is made for it
        source = imports.source_named(given["source"], by=request.user, keep=not given["dry_run"])
        report = imports.take(source, given["file"].file, now=timezone.now(), dry_run=given["dry_run"])
    except (BadFile, imports.UnknownSource) as error:
        form.add_error("file" if isinstance(error, BadFile) else "source", error.message)
        return _page(request, form, status=400)
    result = {
        "report": report,
        "source": source,
        "shown": report.faults[:SHOWN_FAULTS],
        "dry_run": given["dry_run"],
        "left_out": max(0, len(report.faults) - SHOWN_FAULTS),
    }
    return _page(request, ImportForm(initial={"source": source.name}), **result)


def _page(request: HttpRequest, form: ImportForm, status: int = 200, **result: object) -> HttpResponse:
    names = Source.objects.order_by("name").values_list("name", flat=True)
    return render(request, "reviews/import.html", {"form": form, "names": names} | result, status=status)
