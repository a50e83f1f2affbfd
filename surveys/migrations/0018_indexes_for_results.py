from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('surveys', '0017_ways_of_counting'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(condition=models.Q(('state__in', ['waiting', 'suppressed', 'bounced', 'imported'])), fields=['survey', 'state'], name='invitations_nobody_got'),
        ),
        migrations.AddIndex(
            model_name='response',
            index=models.Index(condition=models.Q(('state', 'started')), fields=['started_at'], name='responses_begun'),
        ),
    ]
