"""What went wrong as policy knows it, and whose fault the text says it is."""

from feedback.text.hints import hinted
from feedback.text.lexicon import FEELINGS, PROBLEMS, Hit, Hits
from feedback.text.sentiment import Feeling
from feedback.text.tokens import Tokens

PRAISE = 0.6  # a text's score beyond which only clauses that are not glad themselves can blame
GLAD = 0.3
UNHAPPY = -0.3  # a score below which a problem is guessed from single words where no phrase stands whole
LIKELY = 0.5  # chance from which on a problem that a shop's corrections taught is told
GUESSED = "sign_guessed"  # beside a problem that is only guessed: no reason to call the text a complaint

# When a text tells several, the first of these is the one to put right.
ORDER = (
    "wrong_address",
    "delivered_not_received",
    "not_received",
    "refund_pending",
    "damaged",
    "missing_item",
    "wrong_item",
    "terms_not_read",
    "pushed_to_buy",
    "overcharged",
    "change_of_mind",
    "missing_feature",
    "not_as_described",
    "defective",
    "staff_conduct",
    "late",
    "waiting",
)
_problems = frozenset(ORDER)
_blaming = frozenset({"problems", "themes"})
OURS = frozenset(
    {
        "defective",
        "not_as_described",
        "wrong_item",
        "missing_item",
        "staff_conduct",
        "waiting",
        "overcharged",
        "refund_pending",
        "pushed_to_buy",
    }
)
CUSTOMERS = frozenset({"change_of_mind", "terms_not_read"})
ON_THE_WAY = frozenset(
    {"late", "damaged", "not_received", "delivered_not_received", "staff_conduct", "wrong_address"}
)
MAY_BE_CUSTOMERS = frozenset(
    {
        "wrong_address",
        "change_of_mind",
        "terms_not_read",
        "damaged",
        "missing_feature",
        "wrong_item",
        "not_received",
    }
    | {"delivered_not_received", "defective", "late", "missing_item", "other"}
)
MILD = frozenset({"late", "waiting", "change_of_mind", "terms_not_read", "missing_feature", "defective"})


def found(hits: Hits, tokens: Tokens, feeling: Feeling) -> set[str]:
    """Names of the groups of problems.toml that a text shows, and the problems that two of them make."""
    those = []
    if hits.areas & PROBLEMS:
        those = [hit for hit in unpraised(hits) if hit.area == "problems"]
    if not those:
        return _guessed(hits, tokens) if feeling.score < UNHAPPY else set()
    told = [hit for hit in those if not (hit.denied or hit.unreal or hit.feared)]
    if feeling.score > PRAISE:  # "even prettier in person than in the photo": the clause itself is praise
        told = [hit for hit in told if feeling.of_clause(hit.clause) < GLAD]
    signs = {hit.name for hit in told}
    if "sign_put_right" in signs and not _goes_on(told):
        return {"sign_put_right"}
    if "sign_day_promised" in signs and _came_another_day(those):
        signs.add("late")
    if "sign_says_delivered" in signs and ("sign_nothing_there" in signs or "not_received" in signs):
        signs.add("delivered_not_received")
    if "sign_feature_expected" in signs and "sign_feature_absent" in signs:
        signs.add("missing_feature")
    if not _problems.isdisjoint(signs):
        return signs
    if "sign_long_wait" in signs:
        signs.add("late")
    elif len(told) == len(those) and feeling.score < UNHAPPY:
        signs |= _guessed(hits, tokens)
    return signs


def unpraised(hits: Hits) -> Hits:
    """Without what praise made of blame seems to blame: "can't fault it", "không chê vào đâu được"."""
    if not hits.areas & FEELINGS:
        return hits
    less = outshone(hits)
    if not less:
        return hits
    return Hits((hit for number, hit in enumerate(hits) if number not in less), hits.areas)


def outshone(hits: Hits) -> set[int]:
    """Numbers of those."""
    praise = [hit for hit in hits if hit.area == "feelings" and hit.name == "good" and not hit.denied]
    if not praise:
        return set()
    return {
        number
        for number, hit in enumerate(hits)
        if hit.area in _blaming
        and hit.kind != "good"
        and not hit.denied  # turned by itself: "not damaged" is praise of the packing
        and hit.name[:5] != "sign_"
        and any(hit.first < good.past <= hit.past for good in praise)
    }


def _guessed(hits: Hits, tokens: Tokens) -> set[str]:
    """Who asks, or only says that they will not come again, has not said what went wrong."""
    if "?" in tokens.text or any(hit.name == "may_leave" for hit in hits):
        return set()
    guess = hinted(tokens, ORDER)
    return {guess, GUESSED} if guess else set()


def _goes_on(told: list[Hit]) -> bool:
    """ "They replaced it the next day, but the new one is broken": trouble after what was put right."""
    righted = max(hit.past for hit in told if hit.name == "sign_put_right")
    return any(hit.first >= righted and hit.name in _problems for hit in told)


def _came_another_day(hits: list[Hit]) -> bool:
    """ "Said Wednesday. It is Friday": a day was named, and another is told of."""
    named = {hit.past for hit in hits if hit.name == "sign_day_promised"}
    return any(hit.past not in named for hit in hits if hit.name == "sign_day_come")


def problem(signs: set[str], feeling: Feeling, *, is_safety: bool) -> str:
    """One word of policy's vocabulary; "other" for a complaint that none of them fits."""
    if is_safety:
        return "safety"
    taught = [
        (chance, head[8:])
        for head, chance in feeling.heads.items()
        if chance > LIKELY and head[:8] == "problem:"
    ]
    if taught:
        return max(taught)[1]
    told = signs & _problems
    if told:
        told -= _outdone(signs)
        if feeling.score > PRAISE:
            told -= MILD  # "took a while but worth it": praise with a remark
        for name in ORDER:
            if name in told:
                return name
    elif "sign_put_right" in signs:
        return "none"  # "they replaced the broken one the next day"
    return "other" if feeling.score < -0.4 else "none"


def _outdone(signs: set[str]) -> set[str]:
    """Signs that another one explains: an order taken back is not waited for any more."""
    outdone: set[str] = set()
    if "delivered_not_received" in signs and not {"by_customer", "by_us"} & signs:
        outdone.add("wrong_address")
    if signs >= {"change_of_mind", "by_customer"}:
        outdone |= {"wrong_item", "missing_item"}
    if signs >= {"refund_pending", "sign_sent_back"}:
        outdone.add("not_received")
    return outdone


def fault(name: str, signs: set[str]) -> str:
    """Suggested by the text only: ours, carrier, customer, unknown; none without a problem."""
    if name == "none":
        return "none"
    if "by_customer" in signs and name in MAY_BE_CUSTOMERS:
        return "customer"
    if name in CUSTOMERS and GUESSED not in signs:
        return "customer"
    if name in ON_THE_WAY and "by_carrier" in signs and "by_us" not in signs:
        return "carrier"
    if "by_us" in signs or (name in OURS and GUESSED not in signs):  # a guess accuses nobody
        return "ours"
    return "unknown"
