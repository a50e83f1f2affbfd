"""Jobs of the reviews app, named in settings.JOBS."""

from reviews import asking, drafting, polling, publishing

FETCH_REVIEWS = polling.FETCH
READ_REVIEWS_AGAIN = polling.TAKE_AGAIN
ANSWER_REVIEWS = drafting.ANSWER
PUBLISH_REPLIES = publishing.PUBLISH
CHECK_REPLIES = publishing.CHECK
ASK_IN_PUBLIC = asking.LOOK
SEND_PUBLIC_INVITATIONS = asking.SEND
