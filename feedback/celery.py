"""Celery spreads and times the work when CELERY_BROKER_URL is set; the rows stay the queue.

A lost or doubled message changes nothing: beat asks for every job again a few seconds later.
"""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedback.settings")
app = Celery("feedback")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(task_default_queue="feedback", beat_schedule_filename=str(settings.DATA_DIR / "celerybeat"))
app.conf.beat_schedule = {
    f"run {path}": {"task": "feedback.run_job", "schedule": 2.0, "args": [path], "options": {"expires": 10}}
    for path in settings.JOBS
}
app.autodiscover_tasks(["feedback"])
