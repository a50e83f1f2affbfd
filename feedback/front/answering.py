"""A customer's mail becomes words: of a case that it answers to, or of a new one."""

from datetime import datetime

from feedback import acknowledgement, cases, comments, follow_ups, journal, limits, pictures, threads
from feedback.front import capturing
from feedback.incoming import Mail
from feedback.models import Case, Comment, IncomingMail
from feedback.models.words import Channel, WhyItCame
from feedback.text import reader
from feedback.text.reading import Reading, Sentiment
from reviews.routing import Route, route

SOURCE = "mail"
MOST, AN_HOUR = 20, 3600  # mails from one address in an hour: more come from a machine
WhyNot = IncomingMail.WhyNot


def take(mail: Mail, *, now: datetime) -> Comment | None:
    """None: it was here before, or no person wants it read. Raises IntegrityError while it is taken in."""
    if IncomingMail.objects.filter(digest=mail.digest).exists():
        return None
    why_not = _why_not(mail)
    if why_not:
        IncomingMail.objects.create(digest=mail.digest, received_at=now, why_not=why_not)
        return None
    drawn, left_out = pictures.readable(mail.attachments)
    with journal.recording():
        case = _case_of(mail)
        comment = _comment(mail, case, now)
        pictures.enclose(comment, drawn, now)
        IncomingMail.objects.create(
            digest=mail.digest, received_at=now, comment=comment, left_out=min(left_out, 32_000)
        )
        if case is not None:
            follow(case, comment, now)
        else:
            open_for(comment, now)
    return comment


def _why_not(mail: Mail) -> str:
    if not mail.sender or mail.is_automatic:
        return WhyNot.AUTOMATIC
    if threads.is_ours(mail.sender):
        return WhyNot.OURS
    if not mail.text and not mail.subject and not mail.attachments:
        return WhyNot.EMPTY
    return WhyNot.FLOOD if limits.is_past("incoming", mail.sender, most=MOST, seconds=AN_HOUR) else ""


def _case_of(mail: Mail) -> Case | None:
    """By our own signed token, and from the address that we wrote to: whoever forwards our letter does not
    hand over the case with it."""
    case = threads.find(mail.thread_places)
    if case is None or case.customer is None or case.customer.erased_at:
        return None
    if case.customer.email.lower() != mail.sender:
        return None
    return Case.objects.select_related("customer", "comment").get(pk=case.joined_to_id or case.pk)


def _comment(mail: Mail, case: Case | None, now: datetime) -> Comment:
    if case is not None:
        customer, claimed = case.customer, case.comment.customer_claimed
    else:
        customer = capturing.customer_of(email=mail.sender, name=mail.name, now=now)
        claimed = True
    return comments.record(
        text=mail.text,
        title="" if case is not None else mail.subject,
        author=mail.name,
        channel=Channel.EMAIL,
        source=SOURCE,
        why=WhyItCame.UNSOLICITED,
        said_at=now,
        received_at=now,
        customer=customer,
        customer_claimed=customer is not None and claimed,
        order=case.order if case is not None else None,
    )


def open_for(comment: Comment, now: datetime, *, is_urgent: bool = False) -> Case | None:
    """Mail and texts wait for an answer: all but praise is looked at. `is_urgent`: whatever it says."""
    reading = reader.read(comment.words)
    queue = route(reading.flags).route
    if queue is Route.NORMAL and is_praise(reading) and not is_urgent:
        journal.log("comment noted", comment, channel=comment.channel)
        return None
    case = cases.open_case(comment, now=now, route=queue)
    acknowledgement.by_mail(case, now=now, lang=reading.lang)
    return case


def follow(case: Case, comment: Comment, now: datetime) -> None:
    """More words in the case. It needs an answer again, unless they only say thanks; and whatever they say, a
    promise is as open as it was."""
    reading = reader.read(comment.words)
    is_thanks = is_praise(reading) and route(reading.flags).route is Route.NORMAL
    follow_ups.add_words(case, comment, now=now, is_thanks=is_thanks)


def is_praise(reading: Reading) -> bool:
    return reading.sentiment is Sentiment.POSITIVE and not reading.complaint
