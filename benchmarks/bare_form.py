"""The peer of benchmarks/survey_flow.py: the least Django that shows a form and stores one row of it."""

import os

from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="bare_form",
        USE_TZ=True,
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {"context_processors": []},
            }
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ["BARE_DATABASE"],
                "CONN_MAX_AGE": 60,
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 30,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                },
            }
        },
    )

import sqlite3

from django import forms
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import path

_TABLE = "CREATE TABLE IF NOT EXISTS said (id INTEGER PRIMARY KEY, text TEXT NOT NULL, at DATETIME NOT NULL)"


def make_table() -> None:
    with sqlite3.connect(os.environ["BARE_DATABASE"]) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(_TABLE)


application = None
if settings.ROOT_URLCONF == "bare_form":
    application = get_wsgi_application()

    class Said(models.Model):
        text = models.TextField()
        at = models.DateTimeField(auto_now_add=True)

        class Meta:
            app_label, db_table = "bare", "said"

    class SaidForm(forms.ModelForm):
        class Meta:
            model, fields = Said, ["text"]

    page = engines["django"].from_string(
        "<!doctype html><title>Form</title><form method=post>{% csrf_token %}{{ form }}<button>Send</button>"
    )

    def form(request):
        filled = SaidForm(request.POST or None)
        if filled.is_valid():
            filled.save()
            return HttpResponseRedirect("/thanks/")
        return HttpResponse(page.render({"form": filled}, request))

    def thanks(request):
        return HttpResponse("<!doctype html><title>Thanks</title><p>Thank you.")

    urlpatterns = [path("", form), path("thanks/", thanks), path("healthz", thanks)]
