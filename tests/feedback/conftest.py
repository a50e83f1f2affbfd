"""The shop is kept in the process for a few seconds; no test may see another one's."""

import pytest


@pytest.fixture(autouse=True)
def _fresh_shop():
    from feedback import drawn, shop

    shop.forget(), drawn.forget()
    yield
    shop.forget(), drawn.forget()
