"""A link by which somebody without an account tries the questions under work. Signed; nothing is kept."""

from datetime import timedelta

from django.core import signing

from surveys.models import Survey

GOOD_FOR = timedelta(days=7)
_SALT = "surveys.trial"


class Over(ValueError):
    """It was a link of ours, and its days are over, or the survey was put away."""


def sign(survey: Survey) -> str:
    """For an address. It names the survey alone: whoever has it sees the questions as they stand then."""
    return signing.dumps(survey.public_id, salt=_SALT)


def find(signed: str) -> Survey | None:
    """None: no link of ours. Raises Over."""
    try:
        name = signing.loads(signed, salt=_SALT, max_age=GOOD_FOR)
    except signing.SignatureExpired:
        raise Over from None
    except signing.BadSignature:
        return None
    found = Survey.objects.filter(public_id=name).first()
    if found is not None and found.archived_at is not None:
        raise Over
    return found
