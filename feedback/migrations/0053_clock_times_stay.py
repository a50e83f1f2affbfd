"""The database itself keeps the times that complaints were allowed: none is changed, none is removed.

(PostgreSQL's TRUNCATE fires no trigger of rows: see 0007_events_stay.)
"""

from django.db import migrations

SQLITE = [
    "CREATE TRIGGER clock_times_stay_delete BEFORE DELETE ON feedback_clocktimes "
    "BEGIN SELECT RAISE(ABORT, 'clock_times_stay'); END",
    "CREATE TRIGGER clock_times_stay_update BEFORE UPDATE ON feedback_clocktimes "
    "BEGIN SELECT RAISE(ABORT, 'clock_times_stay'); END",
]
SQLITE_BACK = ["DROP TRIGGER clock_times_stay_delete", "DROP TRIGGER clock_times_stay_update"]
POSTGRESQL = [
    """
    CREATE FUNCTION feedback_clock_times_stay() RETURNS trigger AS $$
    BEGIN
        RAISE EXCEPTION 'clock_times_stay' USING ERRCODE = 'check_violation';
    END $$ LANGUAGE plpgsql
    """,
    "CREATE TRIGGER clock_times_stay BEFORE UPDATE OR DELETE ON feedback_clocktimes "
    "FOR EACH ROW EXECUTE FUNCTION feedback_clock_times_stay()",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER clock_times_stay ON feedback_clocktimes",
    "DROP FUNCTION feedback_clock_times_stay()",
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0052_version_of_clock_times")]
    operations = [migrations.RunPython(guard, unguard)]
