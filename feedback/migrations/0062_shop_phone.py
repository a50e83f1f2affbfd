from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0061_departed")]

    operations = [
        migrations.AddField(
            model_name="shop",
            name="phone",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=40, verbose_name="telephone"
            ),
        ),
    ]
