"""What the lint can object to, in words for the person who writes the reply. Pages translate the messages."""

from dataclasses import dataclass


def _(message: str) -> str:
    """Marks a message for the catalogue; the page that shows it translates it."""
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One objection. `start`, `end`: offsets in the text as given; both are its end if something is missing.

    `blocks`: the reply cannot be approved while it stands. `suggestion`: what to write instead, in the
    language of the reply, or empty.
    """

    code: str
    start: int
    end: int
    words: str
    blocks: bool
    suggestion: str

    @property
    def message(self) -> str:
        return MESSAGES[self.code]


MESSAGES = {
    "dont_know": _("Do not leave it at not knowing: say that you will find out."),
    "dont_care": _("This sounds as if it did not matter to us."),
    "bothered": _("This tells the customer that they are in the way."),
    "dislike": _("Never speak about what kind of person the customer is."),
    "know_it_all": _("This talks down to the customer."),
    "dont_come_back": _("This sends the customer away."),
    "you_are_wrong": _("Do not argue about who is right."),
    "hurry": _("This hurries or puts off the customer."),
    "overpromise": _("This promises more than anyone can keep."),
    "amount": _("This sum is not in the decision."),
    "date": _("This date or time is not a promise on record."),
    "remedy_not_decided": _("The decision does not offer this."),
    "names_remedy": _("A public reply names no remedy: that belongs in the private message."),
    "removal": _("Never ask for a review to be changed, removed or raised."),
    "incentive": _("Never offer anything for a review."),
    "gating": _("Never ask people to come to us instead of writing a review."),
    "intimidation": _("This can be read as a threat."),
    "accusation": _("This accuses the customer."),
    "blame": _("This blames the customer."),
    "internal_word": _("This is a word for inside the shop only."),
    "admits_fault": _("This admits a fault that is not established."),
    "confirms_customer": _("A public reply does not say whether somebody is a customer."),
    "sounds_bad": _("This reads like what a reply must not say: put it in other words."),
    "personal_data": _("This is personal data."),
    "own_data": _("This comes from the customer's own record."),
    "template": _("A placeholder was left in the text."),
    "html": _("Plain text only: this looks like HTML."),
    "empty": _("The text is empty."),
    "over_limit": _("The text is longer than the source allows."),
    "too_long": _("The text is far too long to be a reply."),
    "missing_name": _("Address the customer by name."),
    "missing_offer": _("Say what we can do."),
    "missing_question": _("Ask for what we still need to know."),
    "missing_recap": _("End with who does what by when, as promised."),
    "missing_safety": _("Say that the item should not be used for now."),
}

ROWS = {
    "dont_know": 1,
    "dont_care": 2,
    "bothered": 3,
    "dislike": 4,
    "know_it_all": 5,
    "dont_come_back": 6,
    "you_are_wrong": 7,
    "hurry": 8,
}
"""The eight things never to say to a customer, with what to say instead (S1-12)."""
