"""`{{ word|problem }}`: stored words as people read them."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from feedback import consents, labels
from feedback.models.words import Channel

register = template.Library()
for _name, _words in {
    "problem": labels.PROBLEMS,
    "fault": labels.FAULTS,
    "wish": labels.WISHES,
    "expectation": labels.EXPECTATIONS,
    "remedy": labels.REMEDIES,
    "alternative": labels.ALTERNATIVES,
    "fact_source": labels.SOURCES,
    "text_language": labels.LANGUAGES,
    "flag": labels.FLAGS,
    "event": labels.EVENTS,
    "purpose": consents.PURPOSES,
    "way": labels.WAYS,
    "channel": dict(Channel.choices),
    "dispute_reason": labels.DISPUTE_REASONS,
}.items():
    register.filter(_name, lambda word, words=_words: labels.known(words, word))


@register.filter
def polarity(word: str) -> SafeString:
    """A pill that says it in a sign and a word, never in colour alone."""
    return format_html(
        '<span class="tag {}"><span aria-hidden="true">{}</span> {}</span>',
        labels.TONES.get(word, ""),
        labels.SIGNS.get(word, "?"),
        labels.known(labels.POLARITIES, word),
    )


@register.filter
def sign(word: str) -> str:
    return labels.SIGNS.get(word, "?")
