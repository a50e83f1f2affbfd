"""What the demo's people promise: the thing itself, the sum by bank transfer, or a call with what came out.

Our own words, in the customer's language; `anh/chị` is whoever is spoken to.
"""

import random

from feedback import addressee
from feedback.models import Case
from feedback.money import format_money
from feedback.policy.decision import Decision, Remedy
from feedback.wishes import GIVES
from feedback.wording.phrases import addressed, phrases

_KEEPS_TO_THE_WISH = 0.85
_DEAR, _KEEPS_IF_DEAR = 700_000, 0.2  # most take a new one when it is offered to them on the telephone
_FIRST_OFFERED = (5, 3, 2, 1)  # how much likelier than the next
_AGAIN = ("waiting", "staff_conduct")  # what can be done over from the start in a shop

# Vietnamese, English; {item} is what they bought, {amount} what they get.
_GRANTED = {
    "replacement": ("gửi anh/chị {item} mới thay món cũ, phí gửi tiệm trả",
                    "send you a new {item}, postage paid by us"),
    "send_again": ("gửi lại anh/chị {item}, phí gửi tiệm trả", "send the {item} again, postage paid by us"),
    "exchange": ("đổi {item} sang món anh/chị đã chọn", "exchange the {item} for the one that you chose"),
    "repair": ("gửi lại anh/chị {item} đã sửa xong", "send the repaired {item} back to you"),
    "redo": ("đón anh/chị tại cửa hàng và phục vụ lại từ đầu", "serve you in the store again from the start"),
    "refund": ("chuyển khoản hoàn anh/chị {amount}", "refund {amount} by bank transfer"),
    "price_reduction": ("chuyển khoản trả bớt anh/chị {amount}", "pay back {amount} by bank transfer"),
    "pay_difference": ("sửa hóa đơn và chuyển khoản trả anh/chị phần tính dư",
                       "correct the bill and transfer what was charged too much"),
    "credit": ("ghi {amount} vào thẻ khách hàng của anh/chị", "add a credit of {amount} to your card"),
}  # fmt: skip
# Until it is known whose fault it was, or which order it is.
_FOUND_OUT = (
    (("late", "not_received", "delivered_not_received", "wrong_address"),
     "hỏi đơn vị giao hàng rồi gọi báo anh/chị kết quả", "ask the courier and call you with the answer"),
    (("overcharged", "refund_pending"),
     "đối chiếu hóa đơn rồi gọi báo anh/chị kết quả", "check the bill and call you with the result"),
    (("staff_conduct", "waiting", "pushed_to_buy"),
     "hỏi ca trực hôm đó rồi gọi báo anh/chị kết quả", "ask who was there that day and call you about it"),
    ((), "xem ảnh anh/chị gửi rồi gọi báo kết quả", "look at your photos and call you with the result"),
)  # fmt: skip
_FITS = {"call_back": "talk_it_over", "explanation": "explain_and_show", "repair": "repair_at_cost",
         "replacement": "replace_at_cost"}  # fmt: skip
# What customers say of it, kept and not: of the first that has such a word in it.
_HEARD = (
    (("gọi", "call"), ("Có gọi rồi, cảm ơn tiệm.", "Yes, you called. Thank you."),
     ("Chưa thấy ai gọi lại.", "Nobody has called me yet.")),
    (("chuyển khoản", "transfer"), ("Tiền về rồi, cảm ơn tiệm.", "The money is there, thank you."),
     ("Tiền vẫn chưa về.", "The money has not come yet.")),
    (("gửi", "giao", "đổi", "send"), ("Hàng tới rồi, cảm ơn tiệm.", "It arrived, thank you."),
     ("Hàng vẫn chưa tới.", "It has not arrived yet.")),
    (("",), ("Xong rồi, cảm ơn tiệm.", "All good now, thank you."),
     ("Vẫn chưa thấy gì.", "Nothing has happened yet.")),
)  # fmt: skip


def chosen(dice: random.Random, case: Case, decided: Decision) -> str:
    """The kind of remedy: what they wished for where it is offered, else mostly what is offered first."""
    kinds = [one.kind for one in decided.remedies]
    wished = [kind for kind in kinds if kind in GIVES.get(case.wished or "", ())]
    is_dear = case.order is not None and case.order.total > _DEAR
    if wished and dice.random() < (_KEEPS_IF_DEAR if is_dear else _KEEPS_TO_THE_WISH):
        return wished[0]
    kinds = [kind for kind in kinds if kind != "redo" or _problem(case) in _AGAIN] or kinds
    if is_dear:
        kinds = sorted(kinds, key=lambda kind: kind in ("refund", "credit"))  # the thing itself, before money
    return dice.choices(kinds[: len(_FIRST_OFFERED)], _FIRST_OFFERED[: len(kinds)])[0]


def says(dice: random.Random, case: Case, decided: Decision, remedy: str) -> str:
    """`remedy`: granted; "": nothing yet, so the alternative that fits best, or what is found out first."""
    language = addressee.language_of(case)
    is_english = language == "en"
    if remedy:
        granted = next(one for one in decided.remedies if one.kind == remedy)
        said = _GRANTED[remedy][is_english].replace("{item}", _item(case, language))
        said = said.replace("{amount}", _amount(granted, language))
    elif decided.remedies or not decided.alternatives:
        said = next(row for row in _FOUND_OUT if not row[0] or _problem(case) in row[0])[1 + is_english]
    else:
        kinds = decided.alternatives
        kind = next((one for one in kinds if one == _FITS.get(case.wished or "")), dice.choice(kinds))
        return phrases(language, addressee.address_of(case)).word("promise", kind)
    return said if is_english else addressed(said, addressee.address_of(case))


def heard(what: str, language: str, *, kept: bool) -> str:
    """What the customer says of a promise in these words."""
    _words, thanks, not_yet = next(row for row in _HEARD if any(word in what for word in row[0]))
    return (thanks if kept else not_yet)[language == "en"]


def _problem(case: Case) -> str:
    return case.reason or case.comment.analysis.problem


def _item(case: Case, language: str) -> str:
    lines = case.order.lines.select_related("product") if case.order else ()
    product = case.comment.product or next((line.product for line in lines if line.product), None)
    if product is None:
        return "món hàng" if language == "vi" else "item"
    name = product.name_en if language == "en" else product.name_vi
    return name[:1].lower() + name[1:]


def _amount(remedy: Remedy, language: str) -> str:
    if remedy.amount is None or remedy.currency is None:
        return ""
    return format_money(remedy.amount, remedy.currency, language)
