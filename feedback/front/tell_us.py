"""The permanent way to tell us something, apart from any survey (S1-16)."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.throttling import BaseThrottle

from feedback import acknowledgement, cases, comments, journal, limits
from feedback.addressing import as_the_shop_does
from feedback.forms import EmailField, PhoneField
from feedback.front import capturing
from feedback.models import Comment, Touchpoint, Typed
from feedback.models.words import Channel, WhyItCame
from feedback.orthography import can_be_seen
from feedback.roles import public
from feedback.text import reader
from feedback.text.reading import Lang, Reading, Sentiment
from reviews.routing import Route, route

SOURCE = "tell-us"
MOST, A_WHILE = 30, 10 * 60  # seconds; a tablet in a store, or a company behind one address, stays below
LONGEST = 5_000
_FEW_STARS, _MANY_STARS = 2, 4


class TellUs(forms.Form):
    text = forms.CharField(
        label=_("What happened?"),
        widget=forms.Textarea(attrs={"rows": 6}),
        # A validator and no max_length: a browser would cut what is pasted without a word.
        validators=[
            MaxLengthValidator(
                LONGEST,
                _(
                    "At most %(limit_value)s characters fit here; this has %(show_value)s. "
                    "Nothing is lost: shorten it and send it again."
                ),
            )
        ],
        error_messages={"required": _("A word or two, please: what happened?")},
    )
    stars = forms.TypedChoiceField(
        label=_("How was it, in stars?"),
        choices=[("1", "1"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5")],
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )
    touchpoint = forms.ModelChoiceField(
        Touchpoint.objects.filter(is_active=True),
        to_field_name="slug",
        label=_("What is it about?"),
        required=False,
        empty_label=_("choose, if you like"),
    )
    name = forms.CharField(label=_("Your name"), max_length=200, required=False)
    email = EmailField(label=_("Your e-mail, if you want an answer"), max_length=254, required=False)
    phone = PhoneField(
        label=_("Your telephone, if you would rather be called"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    order = forms.CharField(
        label=_("Order number, if it is about an order"),
        max_length=64,
        required=False,
        help_text=_("With your e-mail or telephone, so that we know it is yours."),
    )
    wish = forms.CharField(
        label=_("What would put it right for you?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(LONGEST)],
        required=False,
    )
    website = forms.CharField(required=False)  # hidden; only programs fill it in

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        language = (get_language() or "")[:2]
        self.fields["touchpoint"].label_from_instance = lambda touchpoint: touchpoint.name(language)

    def clean_order(self):
        return self.cleaned_data["order"].lstrip("# ")

    def clean_text(self):
        text = self.cleaned_data["text"]
        if not any(map(can_be_seen, text)):
            raise ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text


@public
@as_the_shop_does
@require_http_methods(["GET", "HEAD", "POST"])
def tell_us(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        form = TellUs(initial={"touchpoint": request.GET.get("where", "")})
        return render(request, "feedback/tell_us.html", {"form": form})
    form = TellUs(request.POST)
    if not form.is_valid():
        return render(request, "feedback/tell_us.html", {"form": form}, status=400)
    if form.cleaned_data["website"]:
        return redirect("tell_us_thanks")
    if limits.is_past("tell-us", BaseThrottle().get_ident(request), most=MOST, seconds=A_WHILE):
        form.add_error(None, _("So much came from here just now that we must pause. Please try again later."))
        return render(request, "feedback/tell_us.html", {"form": form}, status=429)
    record(form.cleaned_data, now=timezone.now())
    return redirect("tell_us_thanks")


@public
@as_the_shop_does
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "feedback/tell_us_thanks.html")


def record(told: dict, *, now: datetime) -> Comment | None:
    """Keep it as a Comment; what somebody should look at opens a Case. None: it was told a moment ago."""
    with journal.recording():
        capturing.one_at_a_time(told["text"])
        said = _said(told, now)
        typed, wish = _typed(told, said), comments.clean(told["wish"])
        if _is_there(said, typed, wish, now):
            return None
        comment = comments.record(
            channel=Channel.FORM,
            source=SOURCE,
            why=WhyItCame.UNSOLICITED,
            said_at=now,
            received_at=now,
            scale=Comment.Scale.STARS if told["stars"] else Comment.Scale.NONE,
            customer_claimed=said["customer"] is not None,
            location=said["order"].location if said["order"] else None,
            **said,
        )
        if any(typed.values()):
            Typed.objects.create(comment=comment, **typed)
        reading = reader.read(comment.text, stars=told["stars"])
        queue = route(reading.flags).route
        if queue is not Route.NORMAL or _wants_a_person(reading, told):
            case = cases.open_case(comment, now=now, wish=wish, route=queue)
            acknowledgement.by_mail(case, now=now, lang=reading.lang)
    return comment


def _said(told: dict, now: datetime) -> dict[str, Any]:
    """What is kept of it in its Comment. The order only where it is of the address or the telephone given."""
    email, phone = told["email"], told.get("phone", "")
    return {
        "text": comments.clean(told["text"]),
        "author": comments.clean(told["name"]),
        "score": told["stars"],
        "touchpoint": told["touchpoint"],
        "customer": capturing.customer_of(email=email, phone=phone, name=told["name"], now=now),
        "order": capturing.order_of(told.get("order", ""), email=email, phone=phone),
    }


def _typed(told: dict, said: dict[str, Any]) -> dict[str, str]:
    """What is not tied to anything of theirs, for a person to look at."""
    phone, customer = told.get("phone", ""), said["customer"]
    is_known = customer is not None and capturing.is_same_phone(customer.phone, phone)
    return {
        "order_number": "" if said["order"] else comments.clean(told.get("order", "")),
        "phone": "" if is_known else phone,
    }


def _is_there(said: dict[str, Any], typed: dict[str, str], wish: str, now: datetime) -> bool:
    """All of it the same, not the words alone: two people may both write "too slow"."""
    same = Comment.objects.filter(source=SOURCE, said_at__gt=now - capturing.SAME_AGAIN, **said)
    if any(typed.values()):
        same = same.filter(**{f"typed__{name}": value for name, value in typed.items()})
    else:
        same = same.filter(typed=None)
    return (same.filter(case__wish=wish) if wish else same.filter(Q(case=None) | Q(case__wish=""))).exists()


def _wants_a_person(reading: Reading, told: dict) -> bool:
    """Nobody else sees it: what cannot be read, or is no praise and can be answered, is looked at."""
    stars, is_praise = told["stars"], reading.sentiment is Sentiment.POSITIVE
    if told["wish"] or reading.complaint or (stars and stars <= _FEW_STARS):
        return True
    if reading.lang is Lang.OTHER:
        return not stars or stars < _MANY_STARS
    can_be_answered = told["email"] or told.get("phone") or told.get("order")
    return bool(can_be_answered) and not is_praise
