"""Mail services that tell of bounces and complaints: who proves what how, and which news is final.

Words and most signatures are django-anymail's to understand; nothing here writes.
"""

import hashlib
import json
import warnings
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from anymail.exceptions import AnymailNotSupportedWarning, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.core.cache import cache as shared
from django.http import HttpRequest

from feedback import signatures, web

CLASSES = {
    "amazon_ses": "AmazonSESTrackingWebhookView",
    "brevo": "BrevoTrackingWebhookView",
    "mailersend": "MailerSendTrackingWebhookView",
    "mailgun": "MailgunTrackingWebhookView",
    "mailjet": "MailjetTrackingWebhookView",
    "postmark": "PostmarkTrackingWebhookView",
    "resend": "ResendTrackingWebhookView",
    "sendgrid": "SendGridTrackingWebhookView",
    "sparkpost": "SparkPostTrackingWebhookView",
}
SNS = "amazon_ses"
_A_DAY = 24 * 3600
_FOR_GOOD = {RejectReason.BOUNCED, RejectReason.INVALID}
_PASSING = {RejectReason.BLOCKED, RejectReason.TIMED_OUT}


class Forged(AnymailWebhookValidationFailure):
    """Not signed by whom it says it is from."""


def events(service: str, request: HttpRequest, now: datetime) -> list[AnymailTrackingEvent]:
    """What is believed of what they say. Raises SuspiciousOperation (Forged and anymail's own), web.Away;
    AnymailError, ValueError, LookupError, TypeError, AttributeError, RecursionError: it cannot be read."""
    spoken = _view(service)
    spoken.setup(request)
    spoken.run_validators(request)
    if service == "resend":
        key = signatures.svix_key(settings.MAIL_HOOK_SIGNING_KEY)
        if not signatures.is_of_svix(request.body, request.headers, key, now):
            raise Forged("Resend's signature is not good")
    if service == SNS:
        message = json.loads(request.body)
        _check_sns(message)
        if message["Type"] == "SubscriptionConfirmation":
            _confirm(message)
    return list(spoken.parse_events(request))


def is_for_good(service: str, event: AnymailTrackingEvent) -> bool:
    """There is no such address. A full mailbox, a busy server, a message that was too big pass."""
    if event.event_type == EventType.REJECTED:
        return event.reject_reason in _FOR_GOOD
    if event.event_type != EventType.BOUNCED or event.reject_reason in _PASSING:
        return False
    said = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    if service == SNS:
        return _part(said, "bounce").get("bounceType") == "Permanent"
    if service == "sendgrid":
        return said.get("type", "bounce") == "bounce"
    if service == "resend":
        return _is_for_good_at_resend(_part(_part(said, "data"), "bounce"))
    return True


def _is_for_good_at_resend(bounce: Mapping[str, Any]) -> bool:
    """`type` where it says so; older news has a sentence only."""
    if "type" in bounce:
        return bounce["type"] == "Permanent"
    words = str(bounce.get("message"))
    return "hard bounce" in words and "inbox was full" not in words


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = whole.get(name)
    return found if isinstance(found, Mapping) else {}


def _check_sns(message: Mapping[str, Any]) -> None:
    """Of our topic, and signed: whoever has a topic of their own could point it at us."""
    if message.get("TopicArn") != settings.MAIL_HOOK_TOPIC:
        raise Forged("a topic of SNS that is not ours")
    url = message.get("SigningCertURL")
    if signatures.sns_place(url) is None or not str(url).endswith(".pem"):
        raise Forged("a certificate that is not Amazon's")
    if not signatures.is_of_sns(message, certificate(str(url))):
        raise Forged("Amazon's signature is not good")


def certificate(url: str) -> bytes:
    """Amazon's, kept for a day. Raises web.Away."""
    key = certificate_key(url)
    kept: bytes | None = shared.get(key)
    if kept is None:
        kept = web.fetch(url)
        shared.set(key, kept, _A_DAY)
    return kept


def certificate_key(url: str) -> str:
    return f"sns-certificate-{hashlib.sha256(url.encode()).hexdigest()}"


def _confirm(message: Mapping[str, Any]) -> None:
    """At Amazon's own place, by the token that was signed. Raises web.Away."""
    place = signatures.sns_place(message.get("SubscribeURL"))
    if place is None:
        raise Forged("a subscription that is not Amazon's")
    asked = {"Action": "ConfirmSubscription", "TopicArn": message["TopicArn"], "Token": message["Token"]}
    web.fetch(f"https://{place}/?{urlencode(asked)}")


def _view(service: str) -> Any:
    made = _class(service)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AnymailNotSupportedWarning)  # of SendGrid: we test it ourselves
        return made()


@cache
def _class(service: str) -> Any:
    made = getattr(import_module(f"anymail.webhooks.{service}"), CLASSES[service])
    return _without_boto(made) if service == SNS else made


def _without_boto(view: Any) -> Any:
    """Amazon's own library would only confirm the subscription, which `_confirm` does."""

    class View(view):
        def __init__(self) -> None:
            self.auto_confirm_enabled = False
            super(view.__mro__[1], self).__init__()

    return View
