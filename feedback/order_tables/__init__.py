"""RULE: orders out of tables that other programs write. Plain Python."""
