"""Log in, log out, password, language, light or dark."""

from django.conf import settings
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from feedback import journal, shop
from feedback.forms import ForgottenPassword, LogIn
from feedback.models import User
from feedback.roles import EVERYONE, Role, allow, public, roles_of

YEAR = 365 * 24 * 3600
THEMES = ("light", "dark")
_CHOSEN = "language chosen at the door"  # in the session of who is about to log in


class _Login(auth.LoginView):
    authentication_form = LogIn

    def get_default_redirect_url(self):
        user = self.request.user
        if shop.current().set_up_at is None and Role.ADMINISTRATOR in roles_of(user):
            return reverse("setup")
        return super().get_default_redirect_url()

    def form_valid(self, form):
        """The language chosen at the door is kept; else the pages follow the kept one, whoever sat here
        before; who has none yet keeps that of the page."""
        chosen = self.request.session.pop(_CHOSEN, "")
        response = super().form_valid(form)
        user = self.request.user
        if chosen or not user.language:
            keep_language(user, chosen or (get_language() or "")[:2])
        if user.language:
            _remember_language(response, user.language)
        return response


class _SetsPassword:
    """The new password and the record of it in one transaction; never the password itself."""

    def form_valid(self, form):
        with journal.recording():
            journal.log("password set", form.user, by=form.user)
            return super().form_valid(form)


class _PasswordChange(_SetsPassword, auth.PasswordChangeView):
    success_url = reverse_lazy("password_change_done")


class _PasswordReset(auth.PasswordResetView):
    """The same page follows whether there is such an account or not."""

    form_class = ForgottenPassword
    success_url = reverse_lazy("password_reset_done")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"request": self.request}


class _PasswordResetConfirm(_SetsPassword, auth.PasswordResetConfirmView):
    success_url = reverse_lazy("password_reset_complete")


login = public(_Login.as_view())
logout = public(auth.LogoutView.as_view())
password_change = allow(EVERYONE)(_PasswordChange.as_view())
password_change_done = allow(EVERYONE)(auth.PasswordChangeDoneView.as_view())
password_reset = public(_PasswordReset.as_view())
password_reset_done = public(auth.PasswordResetDoneView.as_view())
password_reset_confirm = public(_PasswordResetConfirm.as_view())
password_reset_complete = public(auth.PasswordResetCompleteView.as_view())


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Back to the page it was chosen on; only to our own addresses. Mail to who is logged in follows."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        pass
    elif request.user.is_authenticated:
        keep_language(request.user, language)
    elif _way_back(request).partition("?")[0] == reverse(settings.LOGIN_URL):
        request.session[_CHOSEN] = language
    return django_set_language(request)


def keep_language(user: User, language: str) -> None:
    """In which mail comes to them, and pages after they log in."""
    User.objects.filter(pk=user.pk).update(language=language)
    user.language = language


def _remember_language(response: HttpResponse, language: str) -> None:
    """As Django's own view does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )


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
