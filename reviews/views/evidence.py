"""Where somebody ties a review to a demand: what platforms accept as a report, and the pack for it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from feedback.roles import allow
from reviews import desk, evidence, twin
from reviews.platforms import PLATFORMS
from reviews.views import kept
from reviews.views.reply import COLLECTORS, find


@allow(*COLLECTORS)
@require_http_methods(["GET", "HEAD", "POST"])
def evidence_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """GET explains; POST takes the zip, which is noted."""
    reply = find(public_id)
    if not desk.leverage(reply.review):
        return redirect("reply", public_id)
    if request.method == "POST":
        packed = evidence.take(reply, by=request.user, language=request.LANGUAGE_CODE, now=timezone.now())
        headers = {"Content-Disposition": f'attachment; filename="review-{reply.review.public_id}.zip"'}
        return HttpResponse(packed, content_type="application/zip", headers=headers)
    context = {
        "reply": reply,
        "review": reply.review,
        "kept": kept.tail(kept.chosen(request)),
        "platforms": PLATFORMS,
        "twins": twin.of(reply),
        "names": evidence.NAMES,
    }
    return render(request, "reviews/evidence.html", context)
