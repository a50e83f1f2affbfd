"""Keys for programs that call the API: make one (shown this once), see when it was used, revoke it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from feedback import api_access, journal
from feedback.forms import TokenForm
from feedback.models import ApiToken
from feedback.roles import Role, allow


@allow(Role.ADMINISTRATOR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The answer to the POST shows the new key and is not kept anywhere: it cannot be asked for again."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    key = ""
    if request.method == "POST" and form.is_valid():
        key = api_access.issue(form.cleaned_data["name"], form.cleaned_data["scopes"], by=request.user)
        form = TokenForm()
    known = ApiToken.objects.select_related("made_by").order_by("revoked_at", "-made_at")
    for token in known:
        token.scope_names = [ApiToken.Scope(scope).label for scope in token.scopes]
    context = {"form": form, "key": key, "tokens": known}
    return render(request, "feedback/tokens.html", context, status=400 if form.errors else 200)


@allow(Role.ADMINISTRATOR)
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk)
    with journal.recording():
        if ApiToken.objects.filter(pk=pk, revoked_at=None).update(revoked_at=timezone.now()):
            journal.log("api token revoked", token, by=request.user)
    messages.success(request, _("“%(name)s” no longer opens anything.") % {"name": token.name})
    return redirect("tokens")
