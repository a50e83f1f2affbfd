"""Jobs of the surveys, named in settings.JOBS."""

from surveys import counting, coupons, importing, invitations, plans, rewards

ASK_BY_PLAN = plans.LOOK
SEND_INVITATIONS = invitations.SEND
REMIND_OF_INVITATIONS = invitations.REMIND
NOTE_BOUNCES = invitations.NOTE_BOUNCES
RELEASE_REWARDS = rewards.RELEASE
EXPIRE_REWARDS = rewards.EXPIRE
COUNT_ANSWERS = counting.COUNT
IMPORT_ANSWERS = importing.IMPORT
PLAN_COUPONS = coupons.PLAN
MAKE_COUPONS = coupons.DO
LOOK_AT_COUPONS = coupons.LOOK
