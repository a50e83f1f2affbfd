"""The least Django that shows a form and stores one row of it: one field, no sessions, no choices."""

import json
import os

from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY="benchmark",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="barest",
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
        DATABASES={"default": json.loads(os.environ["SITE_DATABASE"])},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )

from django import forms
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.http import HttpResponse, HttpResponseRedirect
from django.template import engines
from django.urls import path

application = get_wsgi_application()


class Said(models.Model):
    text = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label, db_table = "barest", "said"


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


urlpatterns = [path("", form), path("thanks/", thanks)]

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        editor.create_model(Said)
