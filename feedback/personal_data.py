"""Personal data in a text: where it stands, and the text without it. Stands on orthography only (L9)."""

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from feedback.orthography import Aligned, align, unmark

LONGEST = 20_000  # beyond this a text is cut by every reader; redact() works through it in parts


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """Kind is phone, email, card (or its last digits), account (at a bank), cccd, address or order_number;
    offsets are in the text as given.
    """

    kind: str
    start: int
    end: int


# Cheap looks first: most texts hold nothing that the long patterns below could find.
_signs = (*"0123456789@&", *"０１２３４５６７８９＠", "(at", "(AT", "[at", "[AT", " a còng ")
_digit = re.compile(r"\d")
_run = re.compile(r"\d+")
_at = ("@", "(at)", "[at]", " a còng ")
_no_names = frozenset(  # "cheaper at example.com"
    "look available sold bought cheaper ordered order shop buy found find price prices deal deals it them"
    " this me us online review reviews listed see only item items one product work works".split()
)
MANY = 60  # numbers in a text
FEWEST = 7  # digits of a number somebody can be reached or charged by
_email = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?(?:@|\(at\)|\[at\]| a còng | at (?=[\w-]{2,30}(?:\.| dot )com)) ?"
    r"[\w-]{1,63}(?:(?:\.| dot | ?\(dot\) ?| ?\[dot\] ?)[\w-]{1,63}){1,4}",
    re.IGNORECASE,
)
_digits = re.compile(r"(?<![\w.,])\(?\+?\d(?:[ .\-()/_]{0,3}\d){6,22}(?!\w)")
_order = re.compile(
    r"(?<!\w)(?:(?:order|invoice|tracking|booking|ticket)(?: (?:number|no|num|id|code|ref(?:erence)?))?"
    r"|(?:mã|ma) ?(?:đặt|dat) (?:phòng|phong|chỗ|cho|bàn|ban|vé|ve)|(?:mã|ma) vé"
    r"|(?:mã|ma|số|so) ?(?:đơn|don|vận|van|hoá|hoa)(?: (?:hàng|hang|đơn|don))?"
    r"|đơn(?: hàng)?|don(?: hang|(?= s[oố]))|vận đơn|(?:mã )?đh|mvđ|mvd)"
    r" ?(?:là|la|is|số|so|mã|ma|no\.?|nr\.?)? ?[:#]? ?"
    r"(?P<number>(?!\d{1,2}/\d{1,2}(?!\d))[A-Z]{0,12}(?:[\-_/]?[A-Z0-9]){0,12}\d(?:[\-_/]?[A-Z0-9]){2,24})(?!\w)",
    re.IGNORECASE,
)
_says_order = "order invoice tracking booking ticket đơn don vận van hoá hoa đh dh mvđ mvd mã ma".split()
_opens_order = re.compile(  # as every number of an order begins
    r"(?<!\w)(?:order|invoice|tracking|booking|ticket|m[ãa]|s[ốo]|đơn|don|v[ậa]n|đh|mv[đd])",
    re.IGNORECASE,
)
_order_before = re.compile(
    r"(?<!\w)(?:#[A-Z]{0,6}-?|(?:GHTK|GHN|VTP|SPXVN|SPX|LEX|NJV|JNT|VNPOST|DH|ORD|INV|HD)[\-_#]?)$",
    re.IGNORECASE,
)
_year = re.compile(r"(?:19|20)\d\d(?!\w)")
_order_rest = re.compile(r"\d{4,20}[A-Z]{0,4}(?!\w)", re.IGNORECASE)
_leads = r"(?:nhà số|nha so|số nhà|so nha|số|so|nhà|nha|địa chỉ|dia chi|đ/c|đc|address) ?:? ?"
_lead = rf"(?<!\w)(?:{_leads})?"
_lead_before = re.compile(rf"(?<!\w){_leads}\Z", re.IGNORECASE)
_house = r"\d{1,4}[a-z]?(?:/\d{1,4}[a-z]?){0,4}"
# Names of streets and towns begin with a capital; a word in small letters ends the address.
_name = r"(?-i:[A-ZÀ-ỸĐ])[\w.']{0,15}(?: (?-i:[A-ZÀ-ỸĐ0-9])[\w.']{0,15}){0,4}"
_two_names = r"(?-i:[A-ZÀ-ỸĐ])[\w.']{0,15}(?: (?-i:[A-ZÀ-ỸĐ0-9])[\w.']{0,15}){1,4}"
_way = r"(?:đường|duong|phố|pho|ngõ|ngo|ngách|ngach|hẻm|hem|kiệt|kiet|thôn|thon|xóm|xom|ấp|tổ|khu phố)"
_area = (
    r"(?:phường|phuong|quận|quan|huyện|huyen|thị xã|tp\.?|thành phố|thanh pho|xã|tỉnh"
    r"|p\.|q\.|f\.|ward|district)"
)
_road = r"(?:street|st\.?|road|rd\.?|avenue|ave\.?|lane|drive|blvd|boulevard)"
_further = rf"(?:,? ?(?:{_way}|{_area}) ?(?:\d{{1,3}}(?:/\d{{1,4}}){{0,3}}(?!\w)|{_name})|, ?{_name}){{0,5}}"
_address = re.compile(
    rf"{_lead}{_house},? ?{_way}(?!\w) ?"
    rf"(?:\d{{1,4}}(?:/\d{{1,4}}){{0,3}}(?!\w)(?: {_name})?|{_name}|[^\W\d_]{{2,10}}){_further}"
    rf"|{_lead}{_house},? {_name},? ?{_road}(?!\w){_further}"
    rf"|{_lead}{_house},? [^\W\d_]{{2,12}}(?: [^\W\d_]{{2,12}}){{0,3}},? ?"
    rf"{_area} ?(?:\d{{1,2}}(?!\w)|{_name}){_further}"
    rf"|(?:số nhà|so nha|địa chỉ|dia chi|đ/c|address) ?:? ?{_house},? {_name}{_further}"
    rf"|(?:(?<=tới )|(?<=đến )|(?<=tại )|(?<=ở )|(?<=ghé )|(?<=toi )|(?<=den )|(?<=tai )|(?<=ghe )|(?<= o ))"
    rf"{_house},? {_two_names}{_further}",
    re.IGNORECASE,
)
_place = re.compile(  # one of these stands in every address
    r"(?<!\w)(?:đường|duong|phố|pho|ngõ|ngo|ngách|ngach|hẻm|hem|kiệt|kiet|thôn|thon|xóm|xom|ấp|tổ|khu phố"
    r"|phường|phuong|quận|quan|huyện|huyen|thị xã|tp|thành phố|thanh pho|xã|tỉnh|p\.|q\.|f\.|ward|district"
    r"|street|st|road|rd|avenue|ave|lane|drive|blvd|boulevard)(?![^\W\d_])"
)
_says_address = re.compile(
    r"(?:số nhà|so nha|địa chỉ|dia chi|đ/c|address) ?:? ?$|(?<!\w)(?:tới|đến|tại|ở|ghé|toi|den|tai|ghe|o) $"
)
_measure = re.compile(  # what is counted or paid, and no house
    r" ?(?:[%*.,]\d|[%*]|(?:k|đ|d|vnd|vnđ|đồng|tr|triệu|usd|h|g|kg|cm|mm|m|inch|gb|mb|ml|l|mah|sao|lần|ngày"
    r"|tuần|tháng|năm|phút|giờ|tiếng|cái|chiếc|người|món|điểm|stars?|days?|weeks?|months?|years?|hours?|hrs?"
    r"|minutes?|mins?|times|people|am|pm|inches|pieces|items)(?![^\W\d_]))"
)
BEFORE, FAR, LONGEST_ADDRESS = 45, 55, 260  # letters looked at around a number
_says_phone = re.compile(
    r"(?:phone|call|tel|mobile|whatsapp|zalo|sdt|dien thoai|goi|lien he|hotline)"
    r"\W{0,3}(?:(?:me|us|you|him|her|them|back|em|shop|minh|chi|anh) )?"
    r"(?:at |on |so |is |la |qua |theo so )?$"
    r"|(?<!\w)(?:(?:phoned|called|rang|rung|ring|dial|dialled|dialed)(?: (?:you|me|us|him|her|them))?"
    r"(?: (?:on|at))?|(?:phone|my|your|his|her|their) number(?: is)?|(?:phone|my|your) no\.?)\W{1,3}$"
)
_says_account = re.compile(
    r"(?<!\w)(?:(?:bank )?account(?: (?:number|no\.?|nr\.?))?|iban|stk|so tk|tk|(?:so )?tai khoan(?: so)?)"
    r"(?: (?:is|la|cua (?:em|minh|chi|anh|ban|shop)|[a-z]{2,15}bank|ngan hang [a-z]{2,12}))?\W{1,3}$"
)
_last_digits = re.compile(  # of a card: "ending in 4242", "thẻ đuôi 4242", "•••• 4242"
    r"(?:(?<!\w)(?:card|visa|mastercard|amex|debit|credit)(?!\w)[^.!?\n]{0,25}?"
    r"(?<!\w)(?:ending|ends|last (?:four|4) digits)(?: (?:in|with|on|are|is))?\W{1,2}"
    r"|(?<!\w)(?:thẻ|the|visa|mastercard)(?!\w)[^.!?\n]{0,25}?"
    r"(?<!\w)(?:đuôi|duoi|tận cùng|tan cung|(?:4|bốn |bon )?(?:số|so) (?:cuối|cuoi))"
    r"(?: (?:là|la|bằng|bang|số|so))?\W{1,2}"
    r"|[*•]{2,}[ -]?)$"
)
_says_last = ("ending", "ends", "digits", "đuôi", "duoi", "cuối", "cuoi", "cùng", "cung", "**", "••")
_says_card = re.compile(r"cccd|cmnd|căn cước|can cuoc|chứng minh|chung minh|citizen id|id card|identity")
_numbered = re.compile(r"mã|ma |number|no\b|id\b|code|[#:]", re.IGNORECASE)
_money_after = re.compile(r"[.,]\d{3}| ?(?:đ|d|vnd|vnđ|đồng|dong|k|usd|\$|triệu|trieu|tr)\b", re.IGNORECASE)
_money = re.compile(r"\d+(?:k|tr|đ|d|usd|vnd|vnđ)", re.IGNORECASE)
_never_a_digit = re.compile(r"\D")
_mobile = re.compile(r"0(?:3[2-9]|5[2689]|7[06-9]|8[1-9]|9\d)\d{7}|0(?:12[0-9]|16[2-9]|18[68]|199)\d{7}")
_grouped = re.compile(  # as people in Britain and North America write theirs
    r"\(?0[1237]\d{1,4}\)?(?:[ -]\d{3,8}){1,2}|\(?[2-9]\d\d\)?[ .-]\d{3}[ .-]\d{4}"
)
_landline = re.compile(r"02\d{8,9}|1[89]00\d{4,6}")


def find(text: str) -> tuple[PersonalData, ...]:
    """Every piece of personal data, in order, without overlaps; an address is one if it has a number."""
    for sign in _signs:  # the cheapest look there is: most texts have none of them
        if sign in text:
            return find_in(align(text[:LONGEST]))
    return find_in(align(text[:LONGEST])) if _says_at(text) else ()


def find_in(aligned: Aligned) -> tuple[PersonalData, ...]:
    """The same, for a text that is already aligned."""
    found: list[tuple[int, int, str]] = []  # in order
    for start, end, kind in _candidates(aligned.text):
        place = bisect(found, (start, end, kind))
        if (not place or found[place - 1][1] <= start) and (place == len(found) or end <= found[place][0]):
            found.insert(place, (start, end, kind))
    if not found:
        return ()
    spans = ((*aligned.span(start, end), kind) for start, end, kind in found)
    return tuple(PersonalData(kind=kind, start=start, end=end) for start, end, kind in spans)


def redact(text: str) -> str:
    """The text with each piece of personal data covered by "•••"."""
    parts = []
    for offset in range(0, max(len(text), 1), LONGEST):
        part, done = text[offset : offset + LONGEST], 0
        for one in find_in(align(part)):
            parts.append(part[done : one.start] + "•••")
            done = one.end
        parts.append(part[done:])
    return "".join(parts)


def _says_at(text: str) -> bool:
    return " at " in text and "com" in text


def _candidates(text: str) -> Iterator[tuple[int, int, str]]:
    """What looks like personal data, the surest kinds first."""
    small = text.lower() if len(text.lower()) == len(text) else text
    if any(sign in small for sign in _at) or _says_at(small):
        for match in _email.finditer(text):
            if match.group().lower().partition(" at ")[0] not in _no_names:
                yield match.start(), match.end(), "email"
    runs = [run.span() for run in _run.finditer(text)]
    if sum(end - start for start, end in runs) >= FEWEST:
        yield from _numbers(text)
    if not runs:
        return
    if len(runs) > MANY:  # looking around each of thousands would cost more than looking everywhere
        yield from _orders(text, 0, len(text))
        for match in _address.finditer(text):
            yield from _address_of(match)
        return
    if any(word in small for word in _says_order):
        opens = [match.start() for match in _opens_order.finditer(small)]
        for start, end in runs:
            if any(start - BEFORE <= place < end for place in opens):
                yield from _orders(text, max(0, start - BEFORE), end + BEFORE)
    says_last = any(word in small for word in _says_last)
    for start, end in runs:
        if says_last and end - start == 4 and _last_digits.search(small, max(0, start - 60), start):
            yield start, end, "card"
        if end - start >= 4:
            yield from _bare_orders(text, start)
        if end - start <= 4 and not _measure.match(small, end):
            yield from _addresses(text, small, start)


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _digits.finditer(text):
        kind = _kind_of_number(text, match)
        if kind:
            lead = 1 if match.group()[0] == "(" and ")" not in match.group() else 0
            yield match.start() + lead, match.end(), kind


def _orders(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for match in _order.finditer(text, start, end):
        if match.end() == end < len(text):  # where we stopped looking, not where it ends
            continue
        number = match["number"]
        is_round = number.isdigit() and number.endswith("000") and not _numbered.search(match.group())
        if not (is_round or _money.fullmatch(number) or _money_after.match(text, match.end())):
            yield *match.span("number"), "order_number"


def _bare_orders(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    before = _order_before.search(text[max(0, start - 12) : start])
    if before and before.group()[1:].isalpha() and before.group()[0] == "#" and _year.match(text, start):
        return  # a hashtag
    rest = _order_rest.match(text, start)
    if before and rest:
        yield start - len(before.group()), rest.end(), "order_number"


def _addresses(text: str, small: str, start: int) -> Iterator[tuple[int, int, str]]:
    lead = max(0, start - 20)
    if not _place.search(small, start, start + FAR) and not _says_address.search(small[lead:start]):
        return
    before = _lead_before.search(text, lead, start)
    for begin in (before.start(), start) if before else (start,):
        match = _address.match(text, begin, start + LONGEST_ADDRESS)
        if match:
            yield from _address_of(match)
            return


def _address_of(match: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    if _digit.search(match.group()):
        yield match.start(), match.start() + len(match.group().rstrip(" ,.")), "address"


def _kind_of_number(text: str, match: re.Match[str]) -> str | None:
    digits = _never_a_digit.sub("", match.group())
    before = unmark(text[max(0, match.start() - 30) : match.start()].lower())
    if len(digits) < 8 and not _says_phone.search(before):
        return None
    if 13 <= len(digits) <= 19 and digits[0] in "345629" and passes_luhn(digits):
        return "card"
    if _says_account.search(before):
        return "account"
    if len(digits) == 12 and (_is_cccd(digits) or _says_card.search(before)):
        return "cccd"
    if len(digits) == 9 and _says_card.search(before):
        return "cccd"
    national = "0" + digits[2:] if digits.startswith("84") and len(digits) in (11, 12) else digits
    national = "0" + digits[3:] if digits.startswith("840") else national
    if _mobile.fullmatch(national) or _landline.fullmatch(national):
        return "phone"
    if match.group().lstrip("(").startswith("+") and 9 <= len(digits) <= 15:
        return "phone"
    if _grouped.fullmatch(match.group()) and len(digits) == 10 + (digits[0] == "0"):
        return "phone"
    if _says_phone.search(before):
        return None if _money_after.match(text, match.end()) else "phone"
    return None


def _is_cccd(digits: str) -> bool:
    """Province 001-096, then sex and century 0-3, then the year."""
    return 1 <= int(digits[:3]) <= 96 and digits[0] == "0" and digits[3] in "0123"


def passes_luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
