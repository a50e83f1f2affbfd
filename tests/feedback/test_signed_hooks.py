"""What Resend, SendGrid and Amazon SES tell of our mail: believed to the byte, and no news twice."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.core.cache import cache as shared
from django.test import Client
from django.utils import timezone

from feedback import mail, mail_services, signatures, web
from feedback.models import MailAddress, OutgoingMail

pytestmark = pytest.mark.django_db
SECRET = "gom:a-long-secret-indeed"
SVIX = "whsec_" + base64.b64encode(b"a key that only the two of us know").decode()
TOPIC = "arn:aws:sns:ap-southeast-1:123456789012:bounces"
CERTIFICATE_URL = "https://sns.ap-southeast-1.amazonaws.com/SimpleNotificationService-0123.pem"
SERVICES = ["resend", "sendgrid", "amazon_ses"]
EACH = pytest.mark.parametrize("service", SERVICES)


@cache
def elliptic():
    return ec.generate_private_key(ec.SECP256R1())


@cache
def amazon():
    """A key of Amazon's, and its certificate."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    begins = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = made.serial_number(1).not_valid_before(begins).not_valid_after(begins + dt.timedelta(days=999))
    return key, made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(autouse=True)
def _services(settings):
    written = elliptic().public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    settings.MAIL_HOOKS = SERVICES
    settings.MAIL_HOOK_SIGNING_KEY = SVIX
    settings.MAIL_HOOK_TOPIC = TOPIC
    settings.ANYMAIL = {
        "WEBHOOK_SECRET": [SECRET],
        "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY": base64.b64encode(written).decode(),
    }
    shared.set(mail_services.certificate_key(CERTIFICATE_URL), amazon()[1])  # as if fetched before


@pytest.fixture
def waiting():
    return mail.write(
        to="lan@example.com", template="reminder", context={"url": "https://gom.example/s/x/"},
        language="vi", kind="question",
    )  # fmt: skip


def basic(secret=SECRET):
    return {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def signed_by_svix(body, at=None, key=SVIX):
    moment = str(int((at or timezone.now()).timestamp()))
    raw = base64.b64decode(key.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(raw, f"msg_1.{moment}.".encode() + body, hashlib.sha256))
    return {"svix-id": "msg_1", "svix-timestamp": moment, "svix-signature": f"v1,{signature.decode()}"}


def signed_by_sendgrid(body):
    signature = elliptic().sign(b"1700000000" + body, ec.ECDSA(hashes.SHA256()))
    return {
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": "1700000000",
    }


def by_sns(message, **more):
    told = {
        "Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Message": message,
        "Timestamp": "2026-11-16T03:00:00.000Z", "SignatureVersion": "2", "SigningCertURL": CERTIFICATE_URL,
    } | more  # fmt: skip
    signature = amazon()[0].sign(signatures._signed(told), padding.PKCS1v15(), hashes.SHA256())
    return told | {"Signature": base64.b64encode(signature).decode()} | more


def headers_of_sns(told):
    return {"x-amz-sns-message-type": told["Type"], "x-amz-sns-message-id": told["MessageId"]}


def resend(kind="email.bounced", bounce=None, email="Lan@example.com"):
    told = {"type": kind, "created_at": "2026-11-16T03:00:00Z", "data": {"email_id": "x", "to": [email]}}
    told["data"] |= {"bounce": bounce or {"type": "Permanent", "message": "…"}} if "bounced" in kind else {}
    return json.dumps(told).encode()


def sendgrid(event="bounce", email="Lan@example.com", **more):
    return json.dumps([{"event": event, "email": email, "timestamp": 1763262000, **more}]).encode()


def ses(kind="Bounce", bounce="Permanent", email="Lan@example.com"):
    people = [{"emailAddress": email}]
    told = {"notificationType": kind, "mail": {"messageId": "x", "destination": [email]}}
    told |= {"bounce": {"bounceType": bounce, "bounceSubType": "General", "bouncedRecipients": people}}
    told |= {"complaint": {"complainedRecipients": people}, "delivery": {"recipients": [email]}}
    return by_sns(json.dumps(told))


def tell(service, body, headers, secret=SECRET):
    return Client(enforce_csrf_checks=True).post(
        f"/hooks/mail-{service}/", body, content_type="application/json", headers=headers | basic(secret)
    )


def a_bounce(service):
    """Body and headers, as the service sends them."""
    if service == "amazon_ses":
        told = ses()
        return json.dumps(told).encode(), headers_of_sns(told)
    body = {"resend": resend, "sendgrid": sendgrid}[service]()
    return body, {"resend": signed_by_svix, "sendgrid": signed_by_sendgrid}[service](body)


def say(service, body):
    if service == "amazon_ses":
        return tell(service, json.dumps(body).encode(), headers_of_sns(body))
    sign = {"resend": signed_by_svix, "sendgrid": signed_by_sendgrid}[service]
    return tell(service, body, sign(body))


def untouched():
    return OutgoingMail.objects.get().state == "waiting" and not MailAddress.objects.exclude(
        bounced_at=None, complained_at=None, unsubscribed_at=None
    )


@EACH
def test_a_bounce_stops_what_asks(waiting, service):
    """decision 12, pains 16."""
    assert tell(service, *a_bounce(service)).status_code == 200

    assert MailAddress.objects.get().bounced_at
    assert OutgoingMail.objects.get().state == "suppressed"


@pytest.mark.parametrize(
    ("service", "body", "column"),
    [
        ("resend", resend("email.complained"), "complained_at"),
        ("sendgrid", sendgrid("spamreport"), "complained_at"),
        ("sendgrid", sendgrid("unsubscribe"), "unsubscribed_at"),
        ("sendgrid", sendgrid("dropped", reason="Bounced Address"), "bounced_at"),
        ("amazon_ses", "Complaint", "complained_at"),
    ],
)
def test_each_news_has_its_column(waiting, service, body, column):
    assert say(service, ses(body) if service == "amazon_ses" else body).status_code == 200

    assert getattr(MailAddress.objects.get(), column)


@pytest.mark.parametrize(
    ("service", "body"),
    [
        ("resend", resend(bounce={"type": "Transient", "message": "the recipient's inbox was full"})),
        (
            "resend",
            resend(bounce={"message": "sent a bounce message because the recipient's inbox was full"}),
        ),
        ("resend", resend("email.delivered")),
        ("resend", resend("email.delivery_delayed")),
        ("sendgrid", sendgrid(type="blocked")),
        ("sendgrid", sendgrid("deferred")),
        ("sendgrid", sendgrid("open")),
        ("amazon_ses", ("Bounce", "Transient")),
        ("amazon_ses", ("Bounce", "Undetermined")),
        ("amazon_ses", ("Delivery", "")),
    ],
)
def test_what_passes_is_no_bounce(waiting, service, body):
    assert say(service, ses(*body) if service == "amazon_ses" else body).status_code == 200
    assert untouched()


@EACH
def test_one_byte_of_the_body_is_another(waiting, service):
    body, headers = a_bounce(service)

    assert tell(service, body.replace(b"Lan@", b"Lam@"), headers).status_code == 400
    assert untouched()


@EACH
def test_one_byte_of_the_signature_is_another(waiting, service):
    body, headers = a_bounce(service)
    if service == "amazon_ses":
        told = json.loads(body)
        body = json.dumps(told | {"Signature": altered(told["Signature"])}).encode()
    else:
        name = next(name for name in headers if name.endswith("signature"))
        headers[name] = headers[name][:3] + altered(headers[name][3:])

    assert tell(service, body, headers).status_code == 400
    assert untouched()


def altered(written):
    return written[:9] + ("A" if written[9] != "A" else "B") + written[10:]


@EACH
@pytest.mark.parametrize("given", ["", "nothing", "v1,", "é", "%%%", "v1,\x7f"])
def test_what_is_no_signature_is_refused_quietly(waiting, service, given):
    body, headers = a_bounce(service)
    if service == "amazon_ses":
        body = json.dumps(json.loads(body) | {"Signature": given}).encode()
    headers = {name: given if name.endswith("signature") else value for name, value in headers.items()}

    assert tell(service, body, headers).status_code == 400
    assert untouched()


@EACH
def test_the_signature_alone_is_not_enough(waiting, service):
    """Nor is anybody's account at the service: the address has a secret of ours in it."""
    assert tell(service, *a_bounce(service), secret="gom:another-secret-x").status_code == 400
    assert untouched()


@EACH
def test_the_same_news_again_changes_nothing(waiting, service):
    tell(service, *a_bounce(service))
    first = MailAddress.objects.get().bounced_at

    assert tell(service, *a_bounce(service)).status_code == 200
    assert MailAddress.objects.get().bounced_at == first


def test_news_from_before_they_came_back_is_old_news(waiting):
    """A no of long ago, told again – by the service, or by whoever caught it on the way."""
    body = sendgrid("unsubscribe") + b"\n"
    say("sendgrid", body)
    mail.subscribe_again(MailAddress.objects.get(), wording="1", now=timezone.now())

    for again in (body, sendgrid("spamreport")):
        assert say("sendgrid", again).status_code == 200
    assert MailAddress.objects.filter(unsubscribed_at=None, complained_at=None).exists()

    tomorrow = (timezone.now() + dt.timedelta(days=1)).timestamp()
    say("sendgrid", sendgrid("unsubscribe", timestamp=int(tomorrow)))
    assert MailAddress.objects.get().unsubscribed_at


@pytest.mark.parametrize("minutes", [-6, 6, 60 * 24 * 365])
def test_what_was_signed_long_ago_or_is_from_tomorrow_is_refused(waiting, minutes):
    body = resend()

    answer = tell("resend", body, signed_by_svix(body, timezone.now() - dt.timedelta(minutes=minutes)))

    assert answer.status_code == 400
    assert untouched()


def test_while_a_key_is_changed_one_good_signature_is_enough(waiting):
    body = resend()
    headers = signed_by_svix(body)
    headers["svix-signature"] = f"v1,AAAA v1a,x {headers['svix-signature']}"

    assert tell("resend", body, headers).status_code == 200


@EACH
def test_five_megabytes_are_refused(waiting, service):
    """Of a signed one, too: no service sends so much, and nothing is read of it."""
    body = sendgrid(reason="x" * 5_000_000)
    headers = {"resend": signed_by_svix, "sendgrid": signed_by_sendgrid, "amazon_ses": lambda _body: {}}

    assert tell(service, body, headers[service](body)).status_code in (400, 413)
    assert untouched()


@EACH
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"17", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"type": 7}', b"[7]"]
)  # fmt: skip
def test_no_body_is_a_fault_of_ours(waiting, service, body):
    sign = {"resend": signed_by_svix, "sendgrid": signed_by_sendgrid, "amazon_ses": lambda _body: {}}[service]

    assert tell(service, body, sign(body)).status_code in (200, 400)
    assert untouched()


def test_amazon_is_asked_for_the_secret(waiting):
    """SNS sends user and password only after a 401 that asks for them."""
    told = ses()

    answer = Client().post(
        "/hooks/mail-amazon_ses/", json.dumps(told), content_type="text/plain", headers=headers_of_sns(told)
    )

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "more",
    [
        {"TopicArn": "arn:aws:sns:ap-southeast-1:999999999999:theirs"},
        {"SigningCertURL": "https://sns.evil.example/x.pem"},
        {"SigningCertURL": "http://sns.us-east-1.amazonaws.com/x.pem"},
        {"SigningCertURL": "https://sns.us-east-1.amazonaws.com@evil.example/x.pem"},
        {"SigningCertURL": "https://sns.us-east-1.amazonaws.com.evil.example/x.pem"},
        {"SigningCertURL": "https://sns.us-east-1.amazonaws.com:8443/x.pem"},
        {"SigningCertURL": "https://[::1"},
        {"SigningCertURL": None},
        {"SignatureVersion": "9"},
        {"SignatureVersion": "1"},
    ],
)
def test_another_topic_or_certificate_is_not_amazon(waiting, more):
    told = by_sns(ses()["Message"], **more)

    assert say("amazon_ses", told).status_code == 400
    assert untouched()


def test_a_certificate_that_cannot_be_fetched_is_asked_for_again(waiting):
    """A 503: Amazon tells it again later."""
    other = CERTIFICATE_URL.replace("0123", "9999")

    assert say("amazon_ses", by_sns(ses()["Message"], SigningCertURL=other)).status_code == 503
    assert untouched()


def test_a_subscription_is_confirmed_at_amazon_only(waiting):
    """There is no network here, so it is to be tried again; elsewhere nothing is even asked."""
    more = {"Type": "SubscriptionConfirmation", "Token": "t" * 64}
    ours = by_sns("…", SubscribeURL="https://sns.ap-southeast-1.amazonaws.com/?Action=x", **more)
    theirs = by_sns("…", SubscribeURL="https://evil.example/?Action=x", **more)

    assert say("amazon_ses", ours).status_code == 503
    assert say("amazon_ses", theirs).status_code == 400


def test_what_stands_at_an_address_is_fetched(settings):
    from tests.surveys import fake_webshop

    settings.SOURCE_LOCAL_HOSTS = ["127.0.0.1"]
    shop = fake_webshop.FakeWebshop()
    with fake_webshop.open_webshop(shop) as address:
        shop.script = ["badjson", "500"]
        assert web.fetch(f"{address}/x.pem") == b'[{"id": 1, "co'
        with pytest.raises(web.Away):
            web.fetch(f"{address}/x.pem")
    settings.SOURCE_LOCAL_HOSTS = []
    with pytest.raises(web.Away):
        web.fetch(address)
