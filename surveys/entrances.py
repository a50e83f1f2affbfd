"""Ways into a survey that anybody may take: a code on a door, a tablet in the shop, a frame on a web page.

Whoever walks by could answer a hundred times, so nothing that offers a reward has an entrance: for that there
are links of one's own.
"""

from datetime import datetime, timedelta

from feedback import journal
from feedback.models import User
from surveys import invitations
from surveys.models import Entrance, Invitation, Survey

ANSWER_WITHIN = timedelta(hours=12)  # whoever begins at a door ends there


class HasReward(ValueError):
    """A survey that offers a reward cannot be open to everybody."""


def make(
    survey: Survey, kind: str, *, name: str, site: str = "", now: datetime, by: User | None = None
) -> Entrance:
    """Raises HasReward."""
    if survey.reward_amount is not None:
        raise HasReward
    with journal.recording():
        made = Entrance.objects.create(survey=survey, kind=kind, name=name, site=site, made_at=now)
        journal.log("entrance made", made, by=by, survey=survey.pk, kind=kind)
    return made


def close(entrance: Entrance, *, now: datetime, by: User | None) -> None:
    with journal.recording():
        if Entrance.objects.filter(pk=entrance.pk, closed_at=None).update(closed_at=now):
            journal.log("entrance closed", entrance, by=by)


def is_open(entrance: Entrance) -> bool:
    survey = entrance.survey
    return (
        entrance.closed_at is None
        and survey.state == Survey.State.LIVE
        and survey.reward_amount is None
        and survey.archived_at is None
    )


def enter(entrance: Entrance, *, language: str, now: datetime) -> str:
    """A fresh invitation for somebody we do not know; the secret that leads to it."""
    with journal.recording():
        invitation = Invitation.objects.create(
            survey=entrance.survey,
            entrance=entrance,
            state=Invitation.State.LINK,
            language=language,
            made_at=now,
            send_at=now,
            expires_at=now + ANSWER_WITHIN,
        )
        journal.log("invitation made", invitation, survey=entrance.survey_id, entrance=entrance.pk)
        return invitations.mint(invitation, entrance.kind, now)
