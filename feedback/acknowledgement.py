"""Tell a customer that we have their words: by mail, in their language, at once; or note who told them.

It says what the law and our clock say and nothing else: no remedy, no word of theirs is repeated, so that
nobody can have us send somebody else a text of their own.
"""

from datetime import date, datetime

from feedback import journal, limits, mail, procedure, shop, threads
from feedback.models import Case, MailAddress, User
from feedback.text.reading import Lang

MOST, A_DAY = 3, 24 * 3600  # letters to one address in a day; whoever answers by machine gets no more
IN_THEIR_PRESENCE = ("in_person", "phone")


def by_mail(case: Case, *, now: datetime, lang: str = "", by: User | None = None) -> bool:
    """False: there is no address that we know and may use, or it had enough for today."""
    customer = case.customer
    if customer is None or not customer.email or customer.erased_at or is_gone(customer.email):
        return False
    if threads.is_ours(customer.email):
        return False
    if limits.is_past("acknowledgement", customer.email.lower(), most=MOST, seconds=A_DAY):
        return False
    with journal.recording():
        mail.write(
            to=customer.email,
            template="acknowledged",
            context={
                "name": "" if case.comment.customer_claimed else customer.name,
                "told_on": shop.day(case.opened_at),
                "due_on": still_to_come(case, now),
                "number": case.public_id.upper(),
                "may_answer": bool(threads.address(threads.token(case))),
            },
            language=language(case, lang),
            customer=customer,
            about=f"feedback.case:{case.pk}",
            thread=threads.token(case),
            now=now,
        )
        procedure.acknowledge(case, now=now, by=by, via="email")
    return True


def still_to_come(case: Case, now: datetime) -> date | None:
    """By when they hear from us; None: nothing to promise, as what lay too long is late already."""
    return case.due_on if case.due_on and case.due_on >= shop.day(now) else None


def language(case: Case, lang: str = "") -> str:
    """The one they wrote in, else the one they asked for, else the shop's. `lang`: as the machine read it."""
    if lang in (Lang.VI, Lang.EN):
        return str(lang)
    asked = case.comment.language or (case.customer.language if case.customer else "")
    return asked or shop.current().language


def is_gone(email: str) -> bool:
    """Mail to it came back."""
    return MailAddress.objects.filter(email=email.lower()).exclude(bounced_at=None).exists()
