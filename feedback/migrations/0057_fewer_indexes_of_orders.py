"""Indexes of which another does the work are kept up to date for nothing with each order that comes in.

Only the indexes go: the columns stay as they are, and SQLite does not have to copy its tables. PostgreSQL's
`_like` of a public id is for addresses that are looked for by their beginning, which nobody does.
"""

import django.db.models.deletion
from django.db import migrations, models

SAME = [
    ("feedback_order_customer_id_dbdc9db1", "feedback_order (customer_id)"),
    ("feedback_order_store_04fe61dc", "feedback_order (store)"),
]
OF_POSTGRESQL = [
    ("feedback_order_store_04fe61dc_like", "feedback_order (store varchar_pattern_ops)"),
    ("feedback_order_public_id_7a303494_like", "feedback_order (public_id varchar_pattern_ops)"),
    ("feedback_customer_public_id_c2187d96_like", "feedback_customer (public_id varchar_pattern_ops)"),
]


def _of(schema_editor):
    return SAME + (OF_POSTGRESQL if schema_editor.connection.vendor == "postgresql" else [])


def drop(apps, schema_editor):
    for name, _on in _of(schema_editor):
        schema_editor.execute(f'DROP INDEX IF EXISTS "{name}"')


def make(apps, schema_editor):
    for name, on in _of(schema_editor):
        schema_editor.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON {on}')


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0056_wallet_share'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, make)],
            state_operations=[
                migrations.AlterField(
                    model_name='order',
                    name='customer',
                    field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='feedback.customer'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='store',
                    field=models.SlugField(db_index=False, default='shop', max_length=40),
                ),
            ],
        ),
    ]
