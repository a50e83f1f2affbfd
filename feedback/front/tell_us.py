"""The permanent way to tell us something, apart from any survey (S1-16)."""

import unicodedata
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.throttling import BaseThrottle

from feedback import acknowledgement, cases, comments, journal, limits
from feedback.addressing import as_the_shop_does
from feedback.forms import EmailField
from feedback.front import capturing
from feedback.models import Comment, Touchpoint
from feedback.models.words import Channel, WhyItCame
from feedback.roles import public
from feedback.text import reader
from feedback.text.reading import Lang, Reading, Sentiment
from reviews.routing import Route, route

SOURCE = "tell-us"
MOST, A_WHILE = 30, 10 * 60  # seconds; a tablet in a store, or a company behind one address, stays below
LONGEST = 5_000
_DRAWN_AS_NOTHING = "\u115f\u1160\u2800\u3164\uffa0"  # fillers of Hangul, and Braille without a dot
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

    def clean_text(self):
        text = self.cleaned_data["text"]
        if not any(_can_be_seen(letter) for letter in text):
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
        said = {
            "text": comments.clean(told["text"]),
            "author": comments.clean(told["name"]),
            "score": told["stars"],
            "touchpoint": told["touchpoint"],
            "customer": capturing.customer_of(email=told["email"], name=told["name"], now=now),
        }
        # All of it the same, not the words alone: two people may both write "too slow".
        if Comment.objects.filter(source=SOURCE, said_at__gt=now - capturing.SAME_AGAIN, **said).exists():
            return None
        comment = comments.record(
            channel=Channel.FORM,
            source=SOURCE,
            why=WhyItCame.UNSOLICITED,
            said_at=now,
            received_at=now,
            scale=Comment.Scale.STARS if told["stars"] else Comment.Scale.NONE,
            customer_claimed=said["customer"] is not None,
            **said,
        )
        reading = reader.read(comment.text, stars=told["stars"])
        queue = route(reading.flags).route
        if queue is not Route.NORMAL or _wants_a_person(reading, told):
            case = cases.open_case(comment, now=now, wish=comments.clean(told["wish"]), route=queue)
            acknowledgement.by_mail(case, now=now, lang=reading.lang)
    return comment


def _wants_a_person(reading: Reading, told: dict) -> bool:
    """Nobody else sees it: what cannot be read, or is no praise and can be answered, is looked at."""
    stars, is_praise = told["stars"], reading.sentiment is Sentiment.POSITIVE
    if told["wish"] or reading.complaint or (stars and stars <= _FEW_STARS):
        return True
    if reading.lang is Lang.OTHER:
        return not stars or stars < _MANY_STARS
    return bool(told["email"]) and not is_praise


def _can_be_seen(letter: str) -> bool:
    """Letters, digits, marks and signs; not what joins them, nor letters that are drawn as nothing."""
    return unicodedata.category(letter)[0] in "LNPS" and letter not in _DRAWN_AS_NOTHING
