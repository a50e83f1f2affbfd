"""System checks: what must be set before this serves real customers."""

from django.conf import settings
from django.core.checks import Error, register


@register()
def secret_key_is_set(**kwargs):
    if settings.HAS_SECRET_KEY:
        return []
    return [
        Error(
            "SECRET_KEY is not set.",
            hint="Put a long random SECRET_KEY into the environment or into .env (`make demo` makes one).",
            id="feedback.E001",
        )
    ]
