"""The hours and daily caps of mail that asks, for each of its two classes (decision 12)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from feedback import postage
from feedback.models import MailClass, OutgoingMail
from feedback.roles import Role, allow

EARLIEST, LATEST = 7, 22  # hours of the day, for advertising
_TITLES = {
    OutgoingMail.Kind.QUESTION: gettext_lazy("Questions without a reward"),
    OutgoingMail.Kind.ADVERTISING: gettext_lazy("Mail that offers a reward"),
}


class MailClassForm(forms.ModelForm):
    class Meta:
        model = MailClass
        fields = ("opens", "closes", "working_days_only", "per_day", "per_address")
        widgets = {
            "opens": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "closes": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        help_texts = {"per_day": gettext_lazy("To all addresses together. Empty: no limit.")}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        opens, closes = given.get("opens"), given.get("closes")
        if opens and closes and closes <= opens:
            self.add_error("closes", _("It must be later than the beginning."))
        if given.get("per_day") == 0:
            self.add_error("per_day", _("At least 1; leave it empty for no limit."))
        if given.get("per_address") == 0:
            self.add_error("per_address", _("At least 1."))
        if self.instance.kind == OutgoingMail.Kind.ADVERTISING:
            self._keep_the_law(given)
        return given

    def _keep_the_law(self, given: dict[str, Any]) -> None:
        """Decree 91/2020/ND-CP."""
        if given.get("opens") and given["opens"].hour < EARLIEST:
            self.add_error("opens", _("Mail that offers a reward is advertising: not before 7:00."))
        closes = given.get("closes")
        if closes and (closes.hour, closes.minute) > (LATEST, 0):
            self.add_error("closes", _("Mail that offers a reward is advertising: not after 22:00."))
        if (given.get("per_address") or 1) > 3:
            self.add_error("per_address", _("Mail that offers a reward is advertising: at most 3 in a day."))

    def validate_constraints(self) -> None:
        """Said above, at the field and in words."""


@allow(Role.MANAGER, Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def mail_hours(request: HttpRequest) -> HttpResponse:
    forms_ = {kind: MailClassForm(instance=postage.of(kind), prefix=kind) for kind in _TITLES}
    kind = request.POST.get("kind", "")
    if request.method == "POST" and kind in forms_:
        form = forms_[kind] = MailClassForm(request.POST, instance=postage.of(kind), prefix=kind)
        if form.is_valid():
            postage.set_class(kind, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("mail_hours")
    context = {"classes": [(kind, _TITLES[kind], form) for kind, form in forms_.items()]}
    return render(
        request, "feedback/mail_hours.html", context, status=400 if request.method == "POST" else 200
    )
