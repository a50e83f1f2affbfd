"""What a reply must not say, and what it must: the same check as one types, on save and before approval."""

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from feedback.orthography import Aligned, align, normalise, unmark
from feedback.personal_data import find_in
from feedback.policy.decision import Decision, Rule
from feedback.wording.compose import PRIVATE, PUBLIC
from feedback.wording.findings import ROWS, Finding
from feedback.wording.likeness import is_like_bad
from feedback.wording.limit import Limit
from feedback.wording.meant import is_meant
from feedback.wording.moments import Moment, moments
from feedback.wording.parts import STOP_USING, missing_parts
from feedback.wording.patterns import Starts, Wanted, by_key, read_phrases, word_starts
from feedback.wording.phrases import LANGUAGES, phrases
from feedback.wording.recap import Promised
from feedback.wording.remedies import not_decided
from feedback.wording.sums import Sum, percents, sums
from feedback.wording.typos import corrected

LONGEST = 20_000
"""Characters; what is longer is not a reply, and only this much of it is looked at."""

LONG_SENTENCE = 600
"""Characters; longer ones are not remembered."""

# No phrase reaches over the end of a sentence; over the end of a line it may. "Jan. 5" is in one sentence.
_SENTENCE = re.compile(r"(?:[^.!?]|[.!?](?!\s\D|$))+[.!?]*")

MOST = 300
"""Findings; whoever writes worse than that need not read them all."""

REACH = 40
"""Characters between "nobody here will" and what it denies."""

# Another clause begins, or the denial denies nothing: "we will not hesitate to …", "not only …".
_TURNS = re.compile(
    r"[,;:()–—]|\s-|(?<!\w)(?:but|and|so|yet|because|since|until|till|unless|although|though|while|only|just|merely"
    r"|hesitate|forget|fail|doubt|deny|wait|mind|nhưng|nên|còn|mà|vì|tại|chỉ|ngại|ngần ngại|quên|chần chừ|trừ"
    r"|nhung|nen|vi|chi|ngai|quen|tru|(?:we|i)(?: will|'ll| shall| must| have to| are going))(?!\w)"
)

# What may stand before a sentence without changing what it says.
_OPENING = re.compile(
    r"\W*(?:(?:sorry|well|no|yes|but|and|so|actually|clearly|obviously|apparently|unfortunately|honestly"
    r"|frankly|in fact|perhaps|maybe|as far as we know|the truth is|hi|hello|dear|sir|madam|ma'am"
    r"|da|vang|thua|nhung|ma|thi|tai|chac|ro rang|thuc ra|that ra|that su|xin loi|chao|co le|hinh nhu|boi|do"
    r")\W+(?:that |but |la |ma |vi )?){0,3}"
)

PUBLIC_ONLY = frozenset({"confirms_customer", "names_remedy"})
NEVER_SENT = frozenset({"card", "cccd"})
"""Personal data that has no place even in a private message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """`unless`: what is harmless though a phrase stands or ends in it; `after`, `straight_after`: what makes
    it so when it stands before it in the same clause, or right before it.

    `whole`: what is bad as a whole sentence; `opens`: what is bad where a sentence begins with it, being what
    we say and not what somebody felt.
    """

    code: str
    phrases: tuple[Wanted, ...]
    suggestion: str
    unless: tuple[Wanted, ...]
    opens: tuple[Wanted, ...]
    after: tuple[Wanted, ...]
    straight_after: tuple[Wanted, ...]
    whole: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a text says, whoever it is for: broken rules with their places, times, sums and shares."""

    said: tuple[tuple[Ban, int, int], ...]
    times: tuple[Moment, ...]
    sums: tuple[Sum, ...]
    shares: tuple[Sum, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """All that one run of the lint looks at: the text as given, in plain letters, and as it is read."""

    given: str
    plain: Aligned
    aligned: Aligned
    text: str
    heard: Heard
    audience: str
    language: str
    decision: Decision | None
    promises: Sequence[Promised]

    def finding(
        self, code: str, start: int, end: int, *, suggestion: str = "", blocks: bool = True
    ) -> Finding:
        """Offsets are in the normalised text."""
        first, last = self.aligned.span(start, end)
        words = self.given[first:last]
        return Finding(code=code, start=first, end=last, words=words, blocks=blocks, suggestion=suggestion)


def lint(
    text: str,
    *,
    audience: str,
    language: str,
    decision: Decision | Mapping[str, Any] | None = None,
    needles: Collection[str] = (),
    limit: Limit | None = None,
    name: str = "",
    promises: Sequence[Promised] = (),
    own: Collection[str] = (),
) -> tuple[Finding, ...]:
    """In the order of the text; both languages are always looked for.

    `needles`: the case's own data (names, phones, order numbers), which no public reply may hold. `own`: the
    shop's name and contact data, which may stand anywhere.
    """
    if decision is not None and not isinstance(decision, Decision):
        decision = Decision.from_dict(decision)
    shown = text[:LONGEST]
    aligned = align(shown)
    if not aligned.text.strip():
        return (_at_end("empty", text),)
    # small letters are as many as large ones, so that spans stay where they are
    read = corrected(Aligned(_small(aligned.text), aligned.moves))
    check = Check(
        given=shown,
        plain=aligned,
        aligned=read,
        text=read.text,
        heard=_hear(read.text),
        audience=audience,
        language=language,
        decision=decision,
        promises=promises,
    )
    figures = (one for one in _figures(check) if not _is_of_the_shop(one, shown, own))
    said = chain(_said(check), _offered(check), figures, _leftovers(check))
    found = [*islice(said, MOST), *islice(_private_data(check, needles, own), MOST)]
    found += [_at_end(code, text) for code in _missing(check, name)]
    if len(text) > LONGEST:
        found.append(_at_end("too_long", text))
    elif limit is not None and not limit.allows(text):
        found.append(_at_end("over_limit", text))
    return tuple(
        sorted(_without_doubles(found), key=lambda finding: (finding.start, finding.end, finding.code))
    )


def blocks(findings: Sequence[Finding]) -> bool:
    return any(finding.blocks for finding in findings)


def codes_of(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(finding.code for finding in findings)


@cache
def bans(language: str) -> tuple[Ban, ...]:
    file = Path(__file__).with_name("rules") / f"{language}.toml"
    rules = tomllib.loads(file.read_text(encoding="utf-8"))
    named, of_others = rules.pop("words"), rules.pop("said_by_others")
    rules.pop("read_together", None)
    return tuple(
        Ban(
            code=code,
            phrases=read_phrases(rule["phrases"], named),
            suggestion=rule["suggest"],
            unless=read_phrases(rule.get("unless", ()), named),
            opens=read_phrases(rule.get("opens", ()), named),
            after=read_phrases((*_said_by_others(of_others, code), *rule.get("after", ())), named),
            straight_after=read_phrases(rule.get("straight_after", ()), named),
            whole=frozenset(unmark(said) for said in rule.get("whole", ())),
        )
        for code, rule in rules.items()
    )


def _said_by_others(rule: Mapping[str, Sequence[str]], code: str) -> Sequence[str]:
    """How we came across is one thing ("it felt as if we did not care"), what they seem to be another."""
    return [*rule["after"], *rule.get("seems", ())] if code in ROWS else rule["after"]


@cache
def _search(language: str) -> tuple[tuple[tuple[Ban, Wanted, bool], ...], Mapping[str, Sequence[int]]]:
    """All phrases of the language with their rules and whether they must begin a sentence; their places by
    a word that each needs.
    """
    wanted = tuple(
        (ban, one.rarest_first(_common()), opens)
        for ban in bans(language)
        for those, opens in ((ban.phrases, False), (ban.opens, True))
        for one in those
    )
    return wanted, by_key([one for _, one, _ in wanted], _common())


@cache
def _common() -> Mapping[str, int]:
    """How often our own sentences use a word: about what other replies do."""
    said = (sentence for language in LANGUAGES for sentence in phrases(language).sentences())
    return Counter(word for sentence in said for word in word_starts(normalise(sentence.lower())))


@cache
def suggestion(code: str, language: str) -> str:
    """What to say instead, in the reply's language; empty when there is nothing to put in its place."""
    return next((ban.suggestion for ban in bans(language) if ban.code == code), "")


def _said(check: Check) -> Iterator[Finding]:
    for ban, start, end in check.heard.said:
        if _applies(ban.code, check):
            yield check.finding(ban.code, start, end, suggestion=suggestion(ban.code, check.language))


def _hear(text: str) -> Heard:
    """Sentence by sentence: people repeat themselves, and our bank does, so most were heard before."""
    said: list[tuple[Ban, int, int]] = []
    times: list[Moment] = []
    amounts: list[Sum] = []
    shares: list[Sum] = []
    for sentence in _SENTENCE.finditer(text):
        words, first = sentence.group(), sentence.start()
        heard = _heard(words) if len(words) <= LONG_SENTENCE else _heard.__wrapped__(words)
        said += [(ban, first + start, first + end) for ban, start, end in heard.said]
        times += [replace(one, start=first + one.start, end=first + one.end) for one in heard.times]
        amounts += [replace(one, start=first + one.start, end=first + one.end) for one in heard.sums]
        shares += [replace(one, start=first + one.start, end=first + one.end) for one in heard.shares]
    return Heard(said=tuple(said), times=tuple(times), sums=tuple(amounts), shares=tuple(shares))


@lru_cache(maxsize=8192)
def _heard(sentence: str) -> Heard:
    words = word_starts(sentence)
    return Heard(
        said=tuple(_hits(sentence, words)) or tuple(_sounds_bad(sentence)),
        times=tuple(moments(sentence, words)),
        sums=tuple(sums(sentence, words)),
        shares=tuple(percents(sentence)),
    )


def _sounds_bad(sentence: str) -> Iterator[tuple[Ban, int, int]]:
    """A second voice, asked only where no rule has spoken."""
    if is_like_bad(sentence):
        said = sentence.strip()
        start = sentence.find(said)
        yield next(ban for ban in bans("en") if ban.code == "sounds_bad"), start, start + len(said)


def _hits(sentence: str, words: Starts) -> Iterator[tuple[Ban, int, int]]:
    """What in one sentence breaks a rule of either language."""
    yield from _whole(sentence)
    read_as: list[tuple[int, int]] | None = None
    for language in LANGUAGES:
        wanted, places = _search(language)
        for place in sorted({place for word in words for place in places.get(word, ())}):
            ban, one, opens = wanted[place]
            for start, end in one.find(sentence, words):
                if opens and not _OPENING.fullmatch(unmark(sentence[:start])):
                    continue
                if read_as is None:
                    read_as = _read_as(sentence, words)
                if any(_reaches_into(other, (start, end)) for other in read_as):
                    continue
                if _is_harmless(ban, start, end, sentence, words):
                    continue
                if language != "vi" or is_meant(one, (start, end), sentence, words):
                    yield ban, start, end


def _read_as(sentence: str, words: Starts) -> list[tuple[int, int]]:
    """Where words without marks belong together: in "qua dien thoai" nobody is called "điên"."""
    found = (span for one in _together() for span in one.find(sentence, words))
    return [(start, end) for start, end in found if sentence[start:end].isascii()]


def _reaches_into(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """They share words, and `one` does not lie within `other`."""
    overlap = one[0] < other[1] and other[0] < one[1]
    return overlap and not (other[0] <= one[0] and one[1] <= other[1] and one != other)


@cache
def _together() -> tuple[Wanted, ...]:
    file = Path(__file__).with_name("rules") / "vi.toml"
    return read_phrases(tomllib.loads(file.read_text(encoding="utf-8"))["read_together"]["phrases"], {})


def _whole(sentence: str) -> list[tuple[Ban, int, int]]:
    """One word is harmless in a sentence and rude by itself: "Wait." """
    said = sentence.strip(" \n.!?,…-")
    start = sentence.find(said)
    return [(ban, start, start + len(said)) for ban in _rude_alone().get(unmark(said), ())]


@cache
def _rude_alone() -> Mapping[str, Sequence[Ban]]:
    alone: dict[str, list[Ban]] = {}
    for ban in chain.from_iterable(map(bans, LANGUAGES)):
        for said in ban.whole:
            alone.setdefault(said, []).append(ban)
    return alone


def _is_harmless(ban: Ban, start: int, end: int, text: str, words: Starts) -> bool:
    if any(
        first < end and start < last and end <= last
        for one in ban.unless
        for first, last in one.find(text, words)
    ):
        return True
    return any(
        first < start and last <= end and start - last <= reach and not _TURNS.search(text, last, start)
        for reach, phrases_before in ((REACH, ban.after), (1, ban.straight_after))
        for one in phrases_before
        for first, last in one.find(text, words)
    )


def _applies(code: str, check: Check) -> bool:
    if code in PUBLIC_ONLY:
        return check.audience == PUBLIC
    if code == "admits_fault":
        return not _fault_is_ours(check.decision)
    return True


def _fault_is_ours(decision: Decision | None) -> bool:
    """Established by a person or a record: then it may be said."""
    return decision is not None and decision.rule == Rule.OWN_FAULT and not decision.confirm_fault


def _offered(check: Check) -> Iterator[Finding]:
    """In public every remedy is one too many, and `names_remedy` has said so already."""
    if check.audience == PRIVATE and check.decision is not None:
        made = _made(check)
        for start, end in not_decided(unmark(check.text), check.decision):
            if not any(first <= start and end <= last for first, last in made):
                yield check.finding("remedy_not_decided", start, end)


def _made(check: Check) -> list[tuple[int, int]]:
    """Where the text names a promise that is on record already: that one stands, whatever is decided now."""
    text = _small(check.plain.text)
    said = {_small(align(one.what).text).strip() for one in check.promises if one.is_made} - {""}
    return [match.span() for one in said for match in re.finditer(re.escape(one), text)]


def _figures(check: Check) -> Iterator[Finding]:
    """S1-3: a sum, a share or a time may stand only where the decision or a stored promise has it."""
    for share in check.heard.shares:
        if share.value == 100:
            yield check.finding(
                "overpromise", share.start, share.end, suggestion=suggestion("overpromise", check.language)
            )
        elif check.audience == PUBLIC or not _decided_share(share.value, check.decision):
            yield check.finding("amount", share.start, share.end)
    allowed, made = _decided_sums(check.decision), _made(check)
    for one in check.heard.sums:
        if any(first <= one.start and one.end <= last for first, last in made):
            continue
        if check.audience == PUBLIC or (check.decision is not None and one.value not in allowed):
            yield check.finding("amount", one.start, one.end)
    yield from _times(check)


def _times(check: Check) -> Iterator[Finding]:
    owed = check.decision.commitments if check.decision is not None else ()
    within = {one.within for one in owed} | {one.within for one in check.promises}
    for moment in check.heard.times:
        if check.audience == PRIVATE:
            if check.decision is None:
                continue
            if moment.working_days is not None and moment.working_days in within:
                continue
            if any(one.by is not None and moment.is_on(one.by) for one in check.promises):
                continue
        yield check.finding("date", moment.start, moment.end)


def _decided_sums(decision: Decision | None) -> set[Decimal]:
    return {remedy.amount for remedy in decision.remedies if remedy.amount is not None} if decision else set()


def _decided_share(percent: Decimal | None, decision: Decision | None) -> bool:
    return decision is None or any(
        remedy.share is not None and remedy.share * 100 == percent for remedy in decision.remedies
    )


def _private_data(check: Check, needles: Collection[str], own: Collection[str]) -> Iterator[Finding]:
    mine = [_bare(one) for one in own if one.strip()]
    for one in find_in(check.plain):
        words = check.given[one.start : one.end]
        if any(_bare(words) in ours or ours in _bare(words) for ours in mine if len(ours) > 3):
            continue
        if check.audience == PUBLIC or one.kind in NEVER_SENT:
            yield Finding(
                code="personal_data", start=one.start, end=one.end, words=words, blocks=True, suggestion=""
            )
    if check.audience == PUBLIC:
        ours = [span for one in own for span in _places(one, check.text)]
        for needle in needles:
            for start, end in _places(needle, check.text):
                if not any(first <= start and end <= last for first, last in ours):
                    yield check.finding("own_data", start, end)


def _is_of_the_shop(one: Finding, text: str, own: Collection[str]) -> bool:
    """A house number with a stroke is no day: "12/3 Hàng Gai"."""
    ours = (match.span() for said in own if said.strip() for match in re.finditer(re.escape(said), text))
    return any(first <= one.start and one.end <= last for first, last in ours)


def _bare(text: str) -> str:
    return re.sub(r"\W", "", unmark(_small(align(text).text)))


def _places(needle: str, text: str) -> Iterator[tuple[int, int]]:
    """Where it stands, however it is spaced; long ones also without their marks."""
    wanted = _small(align(needle).text).strip()
    letters = re.sub(r"[\W_]", "", wanted)
    if len(letters) < 2:
        return
    numeric = sum(letter.isdigit() for letter in letters) >= 5
    parts = list(letters) if numeric else [word for word in re.split(r"[\W_]+", wanted) if word]
    expression = (r"[\W_]{0,2}" if numeric else r"[\W_]{1,3}").join(re.escape(part) for part in parts)
    pattern = re.compile(rf"(?<!\w){expression}(?!\w)")
    yield from (match.span() for match in pattern.finditer(text))
    if not numeric and len(letters) >= 6:
        bare = re.compile(unmark(pattern.pattern))
        yield from (
            match.span()
            for match in bare.finditer(unmark(text))
            if match.group() == text[slice(*match.span())]
        )


_TEMPLATE = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{[^{}\n]{0,40}\}|%\(\w+\)s|\$\{|_{3,}"
    r"|\[[^\]\n]{0,20}[^\W\d_][^\]\n]{0,30}\]"
    r"|<(?:name|tên|ten|order|date|amount|shop|insert|customer|khách|first|last)[^>\n]{0,30}>"
    r"|(?<!\w)(?:x{3,}|todo|tbd|lorem ipsum)(?!\w)",
    re.I,
)
_HTML = re.compile(r"</?[a-z!][^<>]{0,200}>|&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,6});|javascript:", re.I)


def _leftovers(check: Check) -> Iterator[Finding]:
    for match in _TEMPLATE.finditer(check.text):
        yield check.finding("template", *match.span())
    # entities are just what normalising takes away, so this looks at the text as given
    for match in _HTML.finditer(check.given):
        start, end = match.span()
        yield Finding(code="html", start=start, end=end, words=match.group(), blocks=True, suggestion="")


def _missing(check: Check, name: str) -> Iterator[str]:
    if check.decision is None:
        return
    if check.audience == PRIVATE:
        yield from missing_parts(
            check.text, check.decision, name=name, promises=check.promises, times=check.heard.times
        )
    elif check.decision.safety and not STOP_USING.search(unmark(check.text)):
        yield "missing_safety"


def _at_end(code: str, text: str) -> Finding:
    return Finding(code=code, start=len(text), end=len(text), words="", blocks=True, suggestion="")


def _small(text: str) -> str:
    """Small letters, one for one: İ would become two."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def _without_doubles(found: Sequence[Finding]) -> list[Finding]:
    """Of findings of one kind that overlap, the longest."""
    kept: list[Finding] = []
    for finding in sorted(found, key=lambda one: one.start - one.end):
        if not any(_overlap(finding, other) for other in kept if other.code == finding.code):
            kept.append(finding)
    return kept


def _overlap(one: Finding, other: Finding) -> bool:
    return (one.start, one.end) == (other.start, other.end) or (
        one.start < other.end and other.start < one.end
    )
