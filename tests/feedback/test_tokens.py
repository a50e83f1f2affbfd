"""Secret links survive mail programs and people; nothing else opens them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import tokens

MINTED = tokens.mint()


def test_it_has_130_bits():
    assert len(MINTED) == 26
    assert set(MINTED) <= set(tokens.ALPHABET)
    assert len({tokens.mint() for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "changed",
    [str.lower, lambda t: f"  {t}\n", lambda t: "-".join(t), lambda t: t.replace("0", "O").replace("1", "l")],
)
def test_it_is_read_back_in_any_hand(changed):
    assert tokens.normalise(changed(MINTED)) == MINTED


@pytest.mark.parametrize(
    "mangled",
    ["", MINTED[:-1], MINTED + "0", MINTED[:-1] + "U", MINTED[:-1] + "\x00", "é" * 26, "０" * 26],
    ids=["nothing", "short", "long", "letter", "nul", "accents", "wide"],
)
def test_what_cannot_be_a_token_is_none(mangled):
    assert tokens.normalise(mangled) == ""


@given(st.text())
def test_it_reads_any_text_without_complaint(text):
    assert len(tokens.normalise(text)) in (0, 26)


@given(st.binary(min_size=17, max_size=40), st.binary(min_size=17, max_size=40))
def test_a_derived_token_is_its_secrets_own(one, other):
    """The first 130 bits decide."""
    same = int.from_bytes(one[:17]) >> 6 == int.from_bytes(other[:17]) >> 6

    assert (tokens.derived(one) == tokens.derived(other)) is same
    assert tokens.normalise(tokens.derived(one)) == tokens.derived(one)


def test_only_a_digest_is_to_be_stored():
    assert len(tokens.digest(MINTED)) == 64
    assert MINTED not in tokens.digest(MINTED)


def test_a_public_id_is_short_and_lower_case():
    assert len(tokens.public_id()) == tokens.PUBLIC_ID_LENGTH
    assert tokens.public_id().islower() or tokens.public_id().isalnum()


def test_a_reward_code_has_nothing_that_looks_like_something_else():
    assert not set("01OIL") & set("".join(tokens.reward_code() for _ in range(200)))
