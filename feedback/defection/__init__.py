"""RULES: who has stopped buying, by the shop's own definition, and how well that definition did in the past.

Values in, values out: no Django, no clock, no database.
"""
