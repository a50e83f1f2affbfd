"""RULE: what web shops and payment services tell us: whose word it is, and what it says. Plain Python."""
