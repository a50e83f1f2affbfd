"""Who wrote the words that somebody else has to approve (decision 14, I5): in the row of the words.

So the compare-and-set that changes the words changes their authors too, and the database itself compares
them with whoever approves: an edit and an approval at once cannot slip past each other.
"""

from django.db import models
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat

from feedback.models.access import User


class Authored(models.Model):
    # Ids of users, each between spaces, as " 3 17 "; "" where all words are the program's.
    authors = models.TextField(blank=True, default="", db_default="")

    class Meta:
        abstract = True

    def is_by(self, person: User) -> bool:
        """Whether they wrote any of the words since the program last drafted them."""
        return f" {person.pk} " in self.authors

    def authors_with(self, person: User) -> str:
        return self.authors if self.is_by(person) else f"{self.authors or ' '}{person.pk} "


def by(person: User) -> Q:
    return Q(authors__contains=f" {person.pk} ")


def four_eyes(name: str) -> models.CheckConstraint:
    """Where an approver is needed, it is none of the authors."""
    approver = Concat(Value(" "), Cast("approved_by", CharField()), Value(" "))
    return models.CheckConstraint(
        condition=Q(needs_approver=False) | Q(approved_by=None) | ~Q(authors__contains=approver), name=name
    )
