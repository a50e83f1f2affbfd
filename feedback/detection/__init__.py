"""RULES: whether something changed, since when and how sure; and whether reviews came as a burst. Plain
Python."""
