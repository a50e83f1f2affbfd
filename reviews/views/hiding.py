"""What is not on our own page, and why: hide a review for a listed reason, show it again."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from feedback.roles import DESK, allow, holds
from reviews import account, hiding
from reviews.forms import HideForm
from reviews.hiding import HIDERS
from reviews.models import Review, Source

PER_PAGE = 30


@allow(DESK)
@require_safe
def hidden_reviews(request: HttpRequest) -> HttpResponse:
    hidden = Review.objects.filter(hidden_at__isnull=False).select_related("comment__analysis", "source")
    page = Paginator(hidden.order_by("-hidden_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "may_show": holds(request, *HIDERS)}
    return render(request, "reviews/hidden.html", context)


@allow(*HIDERS)
@require_POST
def hide(request: HttpRequest, public_id: str) -> HttpResponse:
    review, form = _ours(public_id), HideForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the listed reasons: there are no others."))
        return _back(review)
    try:
        hiding.hide(review, reason=form.cleaned_data["reason"], by=request.user)
        account.forget()
        messages.success(request, _("Hidden from the public page. The reason is kept, and counted there."))
    except hiding.Stale:
        messages.warning(request, _("It was hidden already."))
    return _back(review)


@allow(*HIDERS)
@require_POST
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    review = _ours(public_id)
    try:
        hiding.show(review, by=request.user)
        account.forget()
        messages.success(request, _("It stands on the public page again."))
    except hiding.Stale:
        messages.warning(request, _("It was shown already."))
    return _back(review)


def _ours(public_id: str) -> Review:
    return get_object_or_404(Review, public_id=public_id, source__kind=Source.Kind.OWN)


def _back(review: Review) -> HttpResponse:
    newest = review.replies.order_by("-pk").first()
    return redirect("reply", newest.public_id) if newest else redirect("hidden_reviews")
