"""Jobs of the reviews app, named in settings.JOBS."""

from reviews import drafting, polling, publishing

FETCH_REVIEWS = polling.FETCH
READ_REVIEWS_AGAIN = polling.TAKE_AGAIN
ANSWER_REVIEWS = drafting.ANSWER
PUBLISH_REPLIES = publishing.PUBLISH
CHECK_REPLIES = publishing.CHECK
