"""A dispute that is open, and one that is only threatened: in either language, and in both at once."""

import json
from pathlib import Path

import pytest

from feedback.front.assess import assess
from feedback.orthography import unmark
from feedback.policy.terms import Terms
from feedback.text.reader import read, read_many

CORPUS = Path(__file__).parents[2] / "corpus"
COMPLAINT = {"vi": "Bình hoa nhận về vỡ làm đôi.", "en": "The vase arrived in pieces."}


def texts(*, claimed):
    rows = map(json.loads, (CORPUS / "disputes.jsonl").read_text("utf-8").splitlines())
    return [row["text"] for row in rows if row["claimed"] is claimed]


def is_claimed(text):
    return "dispute" in read(text).flags


@pytest.mark.parametrize("typed", [str, unmark])
def test_it_takes_no_threat_for_an_open_dispute(typed):
    """S3-4: "không hoàn tiền thì mình chargeback" says that none is open."""
    assert [text for text in map(typed, texts(claimed=False)) if is_claimed(text)] == []


@pytest.mark.parametrize("typed", [str, unmark])
def test_it_hears_that_one_is_open(typed):
    """S3-5: what is open locks, also where the text says "if" or "thì" about something else."""
    assert [text for text in map(typed, texts(claimed=True)) if not is_claimed(text)] == []


@pytest.mark.parametrize("language", COMPLAINT)
def test_a_threat_with_the_bank_changes_no_byte_of_the_answer(language):
    """S3-4, over the threats that tell of nothing else that went wrong."""
    alone = COMPLAINT[language]
    threats = [text for text in texts(claimed=False) if read(text).problem in ("none", "other")]

    def said(text):
        answer = assess({"text": text, "lang": language}, Terms.shipped(), currency="VND", language=language)
        return json.dumps(answer["decision"]), answer["reply"], answer["message"]

    both = [f"{alone} {threat}" for threat in threats]
    same = [text for text, reading in zip(both, read_many(both), strict=True) if reading.problem == "damaged"]

    assert len(same) / len(both) >= 0.95
    assert [text for text in same if said(text) != said(alone)] == []


def test_a_claim_far_from_the_threat_is_not_lost():
    """Only sentences that press are looked at for threats; what is told elsewhere counts as well."""
    told = "I opened a dispute with my bank last week."
    between = " The box was blue. The ribbon was red. The card was white. The paper was thick."

    assert is_claimed(f"{told}{between} Refund me or I dispute the other order too.")
