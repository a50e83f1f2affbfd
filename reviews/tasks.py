"""Jobs of the reviews app, named in settings.JOBS."""

from reviews import drafting, publishing

ANSWER_REVIEWS = drafting.ANSWER
PUBLISH_REPLIES = publishing.PUBLISH
