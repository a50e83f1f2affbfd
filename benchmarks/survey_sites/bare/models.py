"""One row for each who answers: what most people would begin with."""

from django.db import models


class Said(models.Model):
    problem = models.CharField(max_length=20)
    expectation = models.CharField(max_length=20)
    recommend = models.PositiveSmallIntegerField()
    touchpoint = models.CharField(max_length=40, blank=True)
    packed = models.PositiveSmallIntegerField()
    liked = models.JSONField(default=list)
    again = models.CharField(max_length=3)
    product = models.CharField(max_length=200, blank=True)
    story = models.TextField(blank=True)
    wish = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
