"""The web server's entry. Refuses to start without a SECRET_KEY."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
if not settings.HAS_SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set: put one into the environment or the file .env")
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise looks into it, filled or not
application = get_wsgi_application()
