import pytest

from feedback.spreadsheets import harmless


@pytest.mark.parametrize("text", ["+1", "-1", "@sum", "=1", "\t=1"])
def test_it_makes_a_formula_a_text(text):
    assert harmless(text) == f"'{text}"
    assert harmless(-1) == -1
