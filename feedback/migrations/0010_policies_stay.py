"""The database itself keeps policies append-only: none is removed, and what was written is not rewritten.

A proposed version may still get its proof, once what an advocate says, its start when it is adopted, and its
new state. One that is adopted or withdrawn is never changed again. (PostgreSQL's TRUNCATE fires no trigger of
rows: see 0007_events_stay.)
"""

from django.db import migrations

# Columns that stay as they were written.
WRITTEN = ("version", "terms", "digest", "ends_at", "author_id", "comment", "made_at")
ONCE = ("advocate_id", "advocate_comment", "advocate_at")


def rewrites(is_distinct):
    """SQL that is true when an UPDATE would rewrite something. `is_distinct`: how this database says so."""
    written = [f"NEW.{column} {is_distinct} OLD.{column}" for column in WRITTEN]
    once = [f"OLD.advocate_id IS NOT NULL AND NEW.{column} {is_distinct} OLD.{column}" for column in ONCE]
    moved = f"NEW.state = 'proposed' AND NEW.starts_at {is_distinct} OLD.starts_at"
    return " OR ".join(["OLD.state <> 'proposed'", *written, *(f"({one})" for one in [*once, moved])])


SQLITE = [
    "CREATE TRIGGER policies_stay_delete BEFORE DELETE ON feedback_policy "
    "BEGIN SELECT RAISE(ABORT, 'policies_stay'); END",
    f"CREATE TRIGGER policies_stay_update BEFORE UPDATE ON feedback_policy WHEN {rewrites('IS NOT')} "
    "BEGIN SELECT RAISE(ABORT, 'policies_stay'); END",
]
SQLITE_BACK = ["DROP TRIGGER policies_stay_delete", "DROP TRIGGER policies_stay_update"]
POSTGRESQL = [
    f"""
    CREATE FUNCTION feedback_policies_stay() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'policies_stay' USING ERRCODE = 'check_violation';
        END IF;
        IF {rewrites("IS DISTINCT FROM")} THEN
            RAISE EXCEPTION 'policies_stay' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END $$ LANGUAGE plpgsql
    """,
    "CREATE TRIGGER policies_stay BEFORE UPDATE OR DELETE ON feedback_policy "
    "FOR EACH ROW EXECUTE FUNCTION feedback_policies_stay()",
]
POSTGRESQL_BACK = ["DROP TRIGGER policies_stay ON feedback_policy", "DROP FUNCTION feedback_policies_stay()"]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0007_events_stay")]
    operations = [migrations.RunPython(guard, unguard)]
