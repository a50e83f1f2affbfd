"""S3-5: the database itself refuses a concession for an order with an open dispute.

PostgreSQL: both sides lock the order's row first, so that a dispute and a concession written at the same
moment cannot both pass. SQLite: there is one writer at a time.
"""

from django.db import migrations

SQLITE = """
CREATE TRIGGER no_concession_while_dispute_open BEFORE INSERT ON feedback_concession
WHEN EXISTS (SELECT 1 FROM feedback_dispute WHERE order_id = NEW.order_id AND state = 'open')
BEGIN SELECT RAISE(ABORT, 'no_concession_while_dispute_open'); END;
"""
SQLITE_MOVED = """
CREATE TRIGGER no_concession_moved_under_a_dispute BEFORE UPDATE OF order_id ON feedback_concession
WHEN EXISTS (SELECT 1 FROM feedback_dispute WHERE order_id = NEW.order_id AND state = 'open')
BEGIN SELECT RAISE(ABORT, 'no_concession_while_dispute_open'); END;
"""
POSTGRESQL = """
CREATE FUNCTION feedback_concession_guard() RETURNS trigger AS $$
BEGIN
    PERFORM 1 FROM feedback_order WHERE id = NEW.order_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM feedback_dispute WHERE order_id = NEW.order_id AND state = 'open') THEN
        RAISE EXCEPTION 'no_concession_while_dispute_open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER no_concession_while_dispute_open BEFORE INSERT OR UPDATE OF order_id ON feedback_concession
FOR EACH ROW EXECUTE FUNCTION feedback_concession_guard();
CREATE FUNCTION feedback_dispute_order_lock() RETURNS trigger AS $$
BEGIN
    PERFORM 1 FROM feedback_order WHERE id = NEW.order_id FOR UPDATE;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER dispute_locks_its_order BEFORE INSERT OR UPDATE ON feedback_dispute
FOR EACH ROW EXECUTE FUNCTION feedback_dispute_order_lock();
"""
POSTGRESQL_BACK = """
DROP TRIGGER dispute_locks_its_order ON feedback_dispute;
DROP FUNCTION feedback_dispute_order_lock();
DROP TRIGGER no_concession_while_dispute_open ON feedback_concession;
DROP FUNCTION feedback_concession_guard();
"""


def guard(apps, schema_editor):
    statements = [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else [SQLITE, SQLITE_MOVED]
    for statement in statements:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
    else:
        schema_editor.execute("DROP TRIGGER no_concession_moved_under_a_dispute")
        schema_editor.execute("DROP TRIGGER no_concession_while_dispute_open")


class Migration(migrations.Migration):
    dependencies = [("feedback", "0002_roles_themes_touchpoints")]
    operations = [migrations.RunPython(guard, unguard)]
