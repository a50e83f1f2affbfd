"""What a promise says will be done: from what is granted or decided, never "what was agreed"."""

import re

from feedback.money import format_money
from feedback.orthography import normalise, unmark
from feedback.policy.decision import Decision, Remedy
from feedback.wording.phrases import Phrases

# Longest first; in small letters without marks. What is left of a promise without them is its content.
_NOTHING_SAID = re.compile(
    r"(?<!\w)(?:"
    r"what (?:was|we|we have|we had|has been|is|you and we|you)"
    r" (?:agreed|promised|said|discussed|owed?|want(?:ed)?)(?: (?:on|upon|before|about))?"
    r"|as (?:agreed|promised|said|discussed|usual|needed|required)|take care of|deal with|see to|look after"
    r"|sort(?: (?:it|this|that))? out|keep (?:our|the|my) (?:promise|word)|we will|we shall|we'll"
    r"|as soon as possible|(?:do|does|did|done|doing|fix|handle|manage|settle|solve|resolve|process|finish)"
    r"|(?:carry out|keep|fulfil|make)"
    r"|(?:it|this|that|the|a|an|all|you|your|our|we|i|my|for|of|to|as|is|was|be|and|by|with|on|about|what)"
    r"|(?:which|thing|things|something|anything|everything|matter|issue|problem|case|complaint|request|promise)"
    r"|(?:agreed|promised|said|before|earlier|needed|needful|necessary|right|properly|asap|soon|now|later|ok)"
    r"|(?:rest|okay|yes|please|todo|tbd|na|test|remedy|solution|agreement)"
    r"|(?:dieu|viec|nhu|nhung gi|cai|moi thu|moi viec|tat ca)?(?: ma)?(?: chung toi| ben em| ben minh)?"
    r" ?da (?:thong nhat|thoa thuan|hua|noi|ban|trao doi|cam ket)"
    r"|lam (?:dieu|viec|cho xong|nhu|theo)|thuc hien|xu ly|giai quyet|lo lieu|giu (?:dung )?loi(?: hua)?"
    r"|loi hua|thong nhat|thoa thuan|truoc day|truoc do|can thiet|khieu nai|yeu cau|van de|vu viec|su viec"
    r"|cam ket|som nhat(?: co the)?|cho (?:anh/chi|anh|chi|ban|khach|quy khach|khach hang)"
    r"|anh|chi|dieu|viec|nay|kia|se|lam|lo|cho|xong|theo|nhu|da|hua|anh/chi|chung toi|cua|duoc|som|sau"
    r"|vang|nhe)(?!\w)"
)


def says_nothing(what: str) -> bool:
    """No content: nobody could tell afterwards whether it was done."""
    bare = unmark(normalise(what.lower()))
    left = re.sub(r"[\W\d_]+", " ", _NOTHING_SAID.sub(" ", bare))
    return not any(len(word) > 1 or not word.isascii() for word in left.split())


def of_remedy(remedy: Remedy, book: Phrases) -> str:
    """With its sum where it is known."""
    slot = f"{remedy.kind}_amount"
    if remedy.amount is None or remedy.currency is None or slot not in book.slots("promise"):
        return book.word("promise", remedy.kind)
    amount = format_money(remedy.amount, remedy.currency, book.language)
    return book.word("promise", slot).replace("{amount}", amount)


def to_carry_out(decision: Decision, granted: Remedy | None, book: Phrases) -> str:
    """What is granted; the one alternative that there is; else that we ask what they choose."""
    if granted is not None:
        return of_remedy(granted, book)
    if not decision.remedies and len(decision.alternatives) == 1:
        return book.word("promise", decision.alternatives[0])
    return book.word("words", "carry_out")
