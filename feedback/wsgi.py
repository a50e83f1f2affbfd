"""The web server's entry. Refuses to start without a SECRET_KEY."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.urls import reverse
from django.utils import translation

from feedback.calendar import public_holidays

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
if not settings.HAS_SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set: put one into the environment or the file .env")
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise looks into it, filled or not
application = get_wsgi_application()
# Before the first page asks for them, and waits: every view of the program, and the library of holidays
# with all its countries. Half a second and more.
public_holidays("VN", 2026, "vi")
for code, _name in settings.LANGUAGES:
    with translation.override(code):
        reverse("today")
