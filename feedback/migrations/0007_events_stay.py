"""R10: the database itself refuses to change or remove an Event. The hash chain shows what gets round it.

PostgreSQL's TRUNCATE, which only the owner of the table may use, fires no trigger of rows: give the
application a role that does not own its tables, and it cannot. Events hold no text: erasing a person
changes none.
"""

from django.db import migrations

ACTS = ("UPDATE", "DELETE")
SQLITE = [
    f"CREATE TRIGGER events_stay_{act.lower()} BEFORE {act} ON feedback_event "
    "BEGIN SELECT RAISE(ABORT, 'events_stay'); END"
    for act in ACTS
]
SQLITE_BACK = [f"DROP TRIGGER events_stay_{act.lower()}" for act in ACTS]
POSTGRESQL = [
    """
    CREATE FUNCTION feedback_events_stay() RETURNS trigger AS $$
    BEGIN
        RAISE EXCEPTION 'events_stay' USING ERRCODE = 'check_violation';
    END $$ LANGUAGE plpgsql
    """,
    "CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE ON feedback_event "
    "FOR EACH ROW EXECUTE FUNCTION feedback_events_stay()",
]
POSTGRESQL_BACK = ["DROP TRIGGER events_stay ON feedback_event", "DROP FUNCTION feedback_events_stay()"]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0003_no_concession_while_dispute_open")]
    operations = [migrations.RunPython(guard, unguard)]
