"""Jobs of the surveys, named in settings.JOBS."""

from surveys import invitations, rewards

SEND_INVITATIONS = invitations.SEND
RELEASE_REWARDS = rewards.RELEASE
EXPIRE_REWARDS = rewards.EXPIRE
