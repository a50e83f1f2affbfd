"""A review is hidden for one of the listed reasons: the database takes no other word."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reviews", "0010_find_what_was_given_up")]

    operations = [
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    hidden_reason__in=[
                        "", "illegal", "hateful", "personal_data", "fake", "unrelated", "trade_secret",
                    ]
                ),
                name="hidden_reason_is_listed",
            ),
        ),
    ]
