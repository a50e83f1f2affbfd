"""Jobs of the surveys, named in settings.JOBS."""

from surveys import counting, invitations, plans, rewards

ASK_BY_PLAN = plans.LOOK
SEND_INVITATIONS = invitations.SEND
REMIND_OF_INVITATIONS = invitations.REMIND
NOTE_BOUNCES = invitations.NOTE_BOUNCES
RELEASE_REWARDS = rewards.RELEASE
EXPIRE_REWARDS = rewards.EXPIRE
COUNT_ANSWERS = counting.COUNT
