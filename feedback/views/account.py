"""Log in, log out, password, language, light or dark."""

from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from feedback import shop
from feedback.forms import LogIn
from feedback.roles import EVERYONE, Role, allow, public, roles_of

YEAR = 365 * 24 * 3600
THEMES = ("light", "dark")


class _Login(auth.LoginView):
    authentication_form = LogIn

    def get_default_redirect_url(self):
        user = self.request.user
        if shop.current().set_up_at is None and Role.ADMINISTRATOR in roles_of(user):
            return reverse("setup")
        return super().get_default_redirect_url()


class _PasswordChange(auth.PasswordChangeView):
    success_url = reverse_lazy("password_change_done")


login = public(_Login.as_view())
logout = public(auth.LogoutView.as_view())
password_change = allow(EVERYONE)(_PasswordChange.as_view())
password_change_done = allow(EVERYONE)(auth.PasswordChangeDoneView.as_view())


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Back to the page it was chosen on; only to our own addresses."""
    return django_set_language(request)


@public
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(_way_back(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def _way_back(request: HttpRequest) -> str:
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return there if safe else reverse("today")
