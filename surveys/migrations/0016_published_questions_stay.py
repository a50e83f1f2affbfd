"""A published version of the questions never changes: the database refuses it, so that answers stay true to
what was asked. (Removing a survey that nobody was asked stays possible.)
"""

from django.db import migrations

SQLITE = [
    "CREATE TRIGGER published_questions_stay BEFORE UPDATE OF definition, published_at, number "
    "ON surveys_surveyversion WHEN OLD.published_at IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'published_questions_stay'); END"
]
SQLITE_BACK = ["DROP TRIGGER published_questions_stay"]
POSTGRESQL = [
    """
    CREATE FUNCTION surveys_published_questions_stay() RETURNS trigger AS $$
    BEGIN
        RAISE EXCEPTION 'published_questions_stay' USING ERRCODE = 'check_violation';
    END $$ LANGUAGE plpgsql
    """,
    "CREATE TRIGGER published_questions_stay BEFORE UPDATE OF definition, published_at, number "
    "ON surveys_surveyversion FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) "
    "EXECUTE FUNCTION surveys_published_questions_stay()",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER published_questions_stay ON surveys_surveyversion",
    "DROP FUNCTION surveys_published_questions_stay()",
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    replaces = [("surveys", "0004_published_questions_stay")]
    dependencies = [("surveys", "0001_squashed_0015_editions_of_totals")]
    operations = [migrations.RunPython(guard, unguard)]
