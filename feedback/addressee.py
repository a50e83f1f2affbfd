"""Whom the message of a case speaks to: in which language, by which name, at which address."""

from feedback import shop
from feedback.models import Case, MailAddress
from feedback.models.words import Channel
from feedback.wording import titles


def language_of(case: Case) -> str:
    """The language the customer wrote in, else the one they asked for, else the shop's."""
    read = case.comment.analysis.lang
    if read in ("vi", "en"):
        return read
    asked = case.comment.language or (case.customer.language if case.customer else "")
    return asked or shop.current().language


def name_of(case: Case) -> str:
    """Of a customer whom we know; else as it was told with the complaint. A nickname in public is no name."""
    customer, told = case.customer, case.comment
    known = customer.name if customer else ""
    if customer is not None and not told.customer_claimed:
        return known
    return known if told.channel == Channel.REVIEW else told.author or known


def address_of(case: Case) -> str:
    asked = case.customer.form_of_address if case.customer else ""
    return asked or titles.split(name_of(case)).called or shop.current().form_of_address


def postal_address(case: Case) -> str:
    """Where a letter reaches them; "" where we do not know, or nobody has checked that it is them."""
    customer = case.customer
    if customer is None or case.comment.customer_claimed or customer.erased_at:
        return ""
    return customer.postal_address


def is_only_by_post(case: Case) -> bool:
    """A letter alone reaches them: no mail, no telephone that we know."""
    customer = case.customer
    return customer is not None and bool(postal_address(case)) and not (customer.email or customer.phone)


def mail_address(case: Case) -> str:
    """Where the message can go by mail; '' when there is no address that we may and can use."""
    customer = case.customer
    if customer is None or case.comment.customer_claimed or customer.erased_at or not customer.email:
        return ""
    gone = MailAddress.objects.filter(email=customer.email.lower()).exclude(bounced_at=None)
    return "" if gone.exists() else customer.email
