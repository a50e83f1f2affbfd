"""What review platforms take as a report of a demand with a review behind it. Data, with its sources.

Where a platform has no such form this page claims none. `seen` is when somebody last read the source.
"""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    name: str
    accepts: str | Promise
    url: str
    seen: date


PLATFORMS = (
    Platform(
        name="Google",
        accepts=_(
            "A form for businesses that are asked for money because of reviews. Google says: do not answer"
            " the demand, do not pay, keep the evidence, and report it with the form."
        ),
        url="https://support.google.com/business/answer/16404809",
        seen=date(2026, 11, 28),
    ),
    Platform(
        name="Yelp",
        accepts=_(
            "A report of the review, with details and proof, if somebody expressly offers to remove a bad"
            " review for payment, or threatens to post one. Only asking for a refund is not enough."
        ),
        url="https://www.yelp-support.com/",
        seen=date(2026, 11, 28),
    ),
    Platform(
        name="Tripadvisor",
        accepts=_("A report of blackmail, also before any review stands there: send it at once."),
        url="https://www.tripadvisorsupport.com/hc/articles/200614417",
        seen=date(2026, 11, 28),
    ),
    Platform(
        name="Trustpilot",
        accepts=_(
            "No reason of its own for a demand. From the business account a review can be reported as harmful"
            " – threats and intimidation belong there – or as not from a genuine experience: say which words,"
            " and attach the proof. Criticism alone is not taken down."
        ),
        url="https://support.trustpilot.com/hc/en-us/articles/207312357",
        seen=date(2026, 11, 29),
    ),
)

# Where shops may not ask for reviews at all, by a part of the host's name (L2). Data, with its source.
FORBIDS_ASKING = {
    "yelp": "https://www.yelp-support.com/article/Don-t-Ask-for-Reviews",  # seen 2026-11-29
}


def forbids_asking(url: str) -> bool:
    """Whatever was set up here about the place that this address leads to. Raises ValueError: no address."""
    parts = (urlsplit(url).hostname or "").split(".")
    return any(name in parts for name in FORBIDS_ASKING)
