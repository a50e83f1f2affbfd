"""Learn what bounds.py tells, from complaints and threats put together in one text in every way.

The own texts that hold nothing but a threat (leverage.<language>.jsonl, its half "tuned";
leverage.parts.<language>.json) stand behind, before or between own texts with a problem
(problems.<language>.jsonl) and labelled reviews of few words. Needs SciPy.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from feedback.orthography import unmark
from feedback.text.batch import Batch, batch
from feedback.text.bounds import (
    AFTER,
    ASIDE,
    BEFORE,
    BREAKS,
    FILE,
    PAIRED,
    REACH,
    ROLES,
    ROWS,
    SIDE,
    bare_hashes,
    breaks_of,
    pair_rows,
    word_rows,
)
from feedback.text.labelled import labelled
from feedback.text.misspelt import unmasked
from feedback.text.pressing import kinds_of, names, present
from feedback.text.train_pressing import following, joined_parts
from feedback.text.vocabulary import Vocabulary

LETTERS = 15, 160  # of a review that is used
EVERY = 3  # one review in so many of those
OFTEN = 5  # how often each threat is put to a complaint
LETTERS_OF_A_THREAT = 150
SHRINK, ROUNDS = 1e-5, 90
JOINS = {  # between a complaint and a threat; the words belong to the threat
    "en": (
        *(" ",) * 7,
        *(". ", ", ", ", ", "\n", " - ", "; ", ", so ", " so ", " and ", ", and ", ". So ", "!! "),
    ),
    "vi": (
        *(" ",) * 9,
        *(". ", ", ", ", ", "\n", " - ", "; ", ", nên ", " nên ", " giờ ", ", vậy nên ", ". Giờ "),
        *("!! ", ", và ", " thôi "),
    ),
}
BACK = {  # between a threat and a complaint; the words belong to the threat
    "en": (". ", ". ", ", ", " ", "! ", " because ", ", as ", "\n"),
    "vi": (". ", ". ", ", ", " ", "! ", " vì ", ", tại ", "\n"),
}
Part = tuple[str, bool]  # some of a text, and whether it is the threat


def train(data: Path, own: Path, folder: Path) -> None:
    """`data` holds labelled reviews, `own` the own texts; the weights are written into `folder`."""
    chance = random.Random(20261128)  # noqa: S311 - to be repeated, not to be secret
    texts: list[list[Part]] = []
    for language in ("en", "vi"):
        complaints, threats = _complaints(data, own, language), _threats(own, language)
        for threat in threats:
            for _ in range(OFTEN):
                texts.append(_joined(threat, chance, complaints, language))
    seen, right, many = _features(texts)
    np.save(folder / FILE, _learned(seen, right, many).astype(np.float16))


def _threats(own: Path, language: str) -> list[str]:
    """Texts of one or two sentences that are nothing but pressure, by and large."""
    rows = map(json.loads, (own / f"leverage.{language}.jsonl").read_text("utf-8").splitlines())
    found = [row["text"] for row in rows if row["kind"] and row["half"] == "tuned"]
    parts = json.loads((own / f"leverage.parts.{language}.json").read_text("utf-8"))
    found += joined_parts(parts)
    return [text for text in found if len(text) < LETTERS_OF_A_THREAT]


def _complaints(data: Path, own: Path, language: str) -> list[str]:
    rows = map(json.loads, (own / f"problems.{language}.jsonl").read_text("utf-8").splitlines())
    problems = [row["text"] for row in rows if row["half"] == "tuned"]
    few = [
        row.text
        for row in labelled(data, "train")
        if row.lang == language and row.polarity == "negative" and LETTERS[0] < len(row.text) < LETTERS[1]
    ]
    parts = json.loads((own / f"leverage.parts.{language}.json").read_text("utf-8"))
    return [*(problems + parts["told"]) * 4, *few[::EVERY]]


def _joined(threat: str, chance: random.Random, complaints: list[str], language: str) -> list[Part]:
    one, other = chance.choice(complaints), chance.choice(complaints)
    if chance.random() < 0.4:
        one, other, threat = one.lower(), other.lower(), threat.lower()
    join, back = chance.choice(JOINS[language]), chance.choice(BACK[language])
    if join[0] not in ".!\n":
        threat = following(threat)
    if join[0] not in "\n!" or chance.random() < 0.5:
        one = one.rstrip(".!? ")
    before = (threat if back[0] == "\n" else threat.rstrip(".!? ")) + back
    found = {
        "behind": [(one, False), (join + threat, True)],
        "before": [(before, True), (other, False)],
        "between": [(one, False), (join + before, True), (other, False)],
    }[chance.choices(("behind", "before", "between"), (6, 3, 1))[0]]
    if language == "vi" and chance.random() < 0.3:
        found = [(unmark(text), is_threat) for text, is_threat in found]
    return found


def _features(texts: Sequence[list[Part]]) -> tuple[sparse.csr_matrix, NDArray, NDArray]:
    """A row a word, whether it belongs to the threat, and how many words each text has."""
    rows: list[sparse.csr_matrix] = []
    right: list[NDArray] = []
    vocabulary = Vocabulary()
    for first in range(0, len(texts), 500):
        some = texts[first : first + 500]
        whole = ["".join(text for text, _ in parts) for parts in some]
        part = batch(vocabulary, whole, [None] * len(whole))
        part = replace(part, word=unmasked(part, whole))
        breaks = breaks_of(part)
        for number, parts in enumerate(some):
            begin, past = part.starts[number : number + 2].tolist()
            if begin < past:
                rows.append(_of_text(part, begin, past, breaks[begin:past]))
                right.append(_within(parts, part.start[begin:past]))
    return sparse.vstack(rows, "csr"), np.concatenate(right), np.array(list(map(len, right)))


def _within(parts: list[Part], start: NDArray) -> NDArray:
    ends = np.cumsum([len(text) for text, _ in parts])
    its = np.searchsorted(ends, start, side="right").clip(max=len(parts) - 1)
    return np.array([is_threat for _, is_threat in parts])[its]


def _of_text(part: Batch, begin: int, past: int, breaks: NDArray[np.int64]) -> sparse.csr_matrix:
    many = past - begin
    hashed = bare_hashes(part.vocabulary)[part.word[begin:past]]
    own, kinds = word_rows(hashed), present(kinds_of(part, begin, past))
    paired = pair_rows(hashed)
    row: list[NDArray] = []
    place: list[NDArray] = []
    much: list[NDArray] = []
    for shift, role, counts in _shifts(many):
        at = np.arange(max(0, -shift), min(many, many - shift))
        its, kind = np.nonzero(kinds[at + shift])
        row += [at, at[its]]
        place += [own[at + shift, role], ROWS + kind * ROLES + role]
        much += [np.full(len(at), counts), np.full(len(its), counts)]
    for number, shift in enumerate(PAIRED):
        at = np.arange(max(0, -shift), min(many, many - 1 - shift))
        row.append(at)
        place.append(paired[at + shift, number])
        much.append(np.ones(len(at)))
    last = ROWS + len(names()) * ROLES
    row += [np.arange(many)] * 2
    place += [np.full(many, last), last + 1 + breaks]
    much += [np.ones(many)] * 2
    return sparse.csr_matrix(
        (np.concatenate(much).astype(np.float32), (np.concatenate(row), np.concatenate(place))),
        shape=(many, last + 1 + BREAKS),
    )


def _shifts(many: int) -> Iterator[tuple[int, int, float]]:
    """How far the other word stands, its role, how much it counts."""
    for shift in range(-REACH, REACH + 1):
        if abs(shift) < many:
            yield shift, shift + REACH, 1.0
    for shift in range(1, min(ASIDE, many - 1) + 1):
        yield -shift, BEFORE, SIDE
        yield shift, AFTER, SIDE


def _learned(seen: sparse.csr_matrix, right: NDArray, many: NDArray) -> NDArray:
    """[features, 3]: weights of a linear chain that make the words that are right likeliest."""
    back, texts = seen.T.tocsr(), len(many)
    begins = np.cumsum(many) - many
    step = np.arange(many.max())[:, None]
    is_word = step < many  # [words of the longest, texts]
    place = np.where(is_word, begins + step, 0)
    gold = right[place] & is_word
    turned = np.zeros((2, *gold.shape), np.bool_)  # begins there, ended before it
    turned[0, 1:], turned[1, 1:] = gold[1:] & ~gold[:-1], ~gold[1:] & gold[:-1] & is_word[1:]
    true = np.stack([gold, *turned]).astype(np.float64)

    def cost(flat: NDArray) -> tuple[float, NDArray]:
        weights = flat.reshape(-1, 3)
        said = (seen @ weights)[place].transpose(2, 0, 1)
        whole, likely = _marginals(said, is_word)
        loss = (whole.sum() - (true * said).sum()) / texts
        slope = np.zeros((seen.shape[0], 3))
        slope[place[is_word]] = (likely - true)[:, is_word].T
        return loss + 0.5 * SHRINK * (flat**2).sum(), (back @ slope / texts).ravel() + SHRINK * flat

    start = np.zeros(seen.shape[1] * 3)
    found = optimize.minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
    return found.x.reshape(-1, 3)


def _marginals(said: NDArray, is_word: NDArray) -> tuple[NDArray, NDArray]:
    """Of all ways through each text: their weight together (log), and how likely each thing told is."""
    within, begins, ends = said
    longest, texts = is_word.shape
    ahead = np.zeros((longest, 2, texts))  # weight of all ways up to a word: out, within
    ahead[0, 1] = within[0]
    for at in range(1, longest):
        out, inside = ahead[at - 1]
        left, stayed = np.logaddexp(out, inside + ends[at]), np.logaddexp(inside, out + begins[at])
        ahead[at] = np.where(is_word[at], [left, stayed + within[at]], ahead[at - 1])
    whole = np.logaddexp(*ahead[-1])
    behind = np.zeros((longest, 2, texts))  # of all ways from it on
    likely = np.zeros(said.shape)
    for at in range(longest - 1, 0, -1):
        out, inside = behind[at, 0], behind[at, 1] + within[at]
        likely[1, at] = np.exp(ahead[at - 1, 0] + begins[at] + inside - whole) * is_word[at]
        likely[2, at] = np.exp(ahead[at - 1, 1] + ends[at] + out - whole) * is_word[at]
        before = [np.logaddexp(out, inside + begins[at]), np.logaddexp(inside, out + ends[at])]
        behind[at - 1] = np.where(is_word[at], before, behind[at])
    likely[0] = np.exp(ahead[:, 1] + behind[:, 1] - whole) * is_word
    return whole, likely
