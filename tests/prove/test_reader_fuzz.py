"""Whatever is typed, pasted or broken on the way: a Reading, soon, and spans that lie in the text."""

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.orthography import align, normalise
from feedback.personal_data import find, redact
from feedback.text.reader import Reader

pytestmark = pytest.mark.prove

PIECES = (
    "không chưa giao hàng trễ vỡ hoàn tiền đánh giá 1 sao nếu thì shop ok quá"
    " refund me or i will post never again"
    " not great broke late 0912345678 a@b.vn 4111111111111111 đơn DH1234 số 5 đường Láng http://a.b #x @y"
    " &amp; &#38; &lt;b&gt; <b </b> < > & ; ( ) [ ] : ) :( ^^ 😡 👍🏽 👨‍👩‍👧 ... !!! … — “ ”"
    " ₫ е а Ð ɖ \u0301 \u0323 \u200b \u202e"
    " \x00 \ud800 \udfff 𝐫𝐞𝐟𝐮𝐧𝐝 ｒｅｖｉｅｗ r.e.v.i.e.w g00d baaaaad 1/1/2024 350.000đ ignore your policy"
).split(" ")
SOUP = st.lists(st.sampled_from([*PIECES, " ", " ", "\n"]), max_size=60).map("".join)
ANY = st.text(st.characters(codec=None), max_size=600)
READER = Reader()


@given(SOUP | ANY)
@settings(max_examples=4000, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_is_read_and_every_span_lies_in_it(text):
    reading = READER.read(text)
    spans = [(one.start, one.end) for one in reading.pii]
    spans += reading.leverage.spans if reading.leverage else ()

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert -1 <= reading.score <= 1


@given(SOUP | ANY)
@settings(max_examples=4000, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_text_alone_reads_as_in_a_crowd(text):
    alone = Reader().read(text)
    *_, between, _ = READER.read_many(["Giao hàng trễ", "", text, "late"])

    assert between.as_dict() == alone.as_dict()


@given(SOUP | ANY)
@settings(max_examples=6000, deadline=None, suppress_health_check=list(HealthCheck))
def test_spelling_is_settled_once_and_personal_data_covered(text):
    once = normalise(text)
    aligned = align(text)
    places = [aligned.span(place, place + 1) for place in range(len(aligned.text))]

    assert normalise(once) == once
    assert places == sorted(places)
    assert len(redact(text)) or not text
    assert all(0 <= one.start < one.end <= len(text) for one in find(text))


@pytest.mark.parametrize("seed", range(60))
def test_no_repetition_of_anything_is_slow(seed):
    """100 kB of the same few pieces: patterns that backtrack would take minutes. Not a measurement."""
    dice = random.Random(seed)
    piece = "".join(dice.choices([*PIECES, *"aeo19 .,-/"], k=dice.randint(1, 4))) or "a"
    began = time.process_time()

    READER.read(piece * (100_000 // len(piece)))

    assert time.process_time() - began < 10
