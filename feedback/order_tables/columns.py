"""RULE: which column of a table holds what of an order, and what its rows come to.

Names of columns are known as WooCommerce, Shopify, KiotViet, Sapo, Haravan and tills write them, in two
languages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from feedback.order_tables.cells import plain

ALIASES: Mapping[str, str] = {
    "number": "order number|number|order|order no|order id|name|invoice|invoice number|receipt|bill"
    "|ma don hang|ma don|so don hang|don hang|ma hoa don|so hoa don|hoa don|so phieu|ma phieu",
    "placed_at": "date|order date|created at|created|placed at|date created|time|datetime|sold at|paid at"
    "|ngay|thoi gian|ngay dat|ngay tao|ngay ban|ngay mua|thoi gian tao|ngay hoa don",
    "total": "total|order total|grand total|amount|total price|total amount|total paid"
    "|tong|tong tien|tong cong|thanh tien|tong thanh toan|khach can tra|tong tien thanh toan",
    "currency": "currency|currency code|tien te|loai tien|don vi tien",
    "status": "status|order status|financial status|state|trang thai|trang thai don hang",
    "store": "store|shop|sales channel|kenh ban|kenh ban hang|gian hang",
    "name": "customer|customer name|billing name|full name|buyer"
    "|khach hang|ten khach hang|ten khach|nguoi mua",
    "email": "email|e mail|customer email|billing email|thu dien tu|email khach hang",
    "phone": "phone|phone number|mobile|billing phone|telephone|dien thoai|so dien thoai|sdt|di dong",
    "language": "language|locale|customer locale|ngon ngu",
    "card_number": "card|card number|loyalty card|member number|customer number|customer code|member id"
    "|the|so the|ma the|the thanh vien|ma khach hang|ma khach",
    "location": "location|branch|outlet|location name|chi nhanh|diem ban",
    "country": "country|shipping country|country code|quoc gia|nuoc",
    "carrier": "carrier|shipping method|courier|tracking company"
    "|don vi van chuyen|hang van chuyen|van chuyen",
    "promised_on": "promised on|promised|delivery date|due date|ngay hen giao|ngay giao du kien|hen giao",
    "delivered_on": "delivered on|delivered|delivered at|fulfilled at|ngay giao|ngay giao hang|da giao ngay",
    "cancelled_at": "cancelled at|canceled at|cancelled|ngay huy|thoi gian huy",
    "updated_at": "updated at|date modified|modified|last modified|ngay cap nhat|cap nhat luc",
    "discount": "discount|discount amount|total discount|giam gia|chiet khau|tien giam|tong giam gia",
    "external_id": "external id|shop id|id|ma he thong",
    "payment_ref": "payment reference|payment id|transaction id|charge id|payment references"
    "|ma thanh toan|ma giao dich",
    "sku": "sku|product code|lineitem sku|item code|barcode|ma hang|ma san pham|ma vach",
    "product": "product|product name|item|item name|lineitem name|description|products"
    "|san pham|ten hang|ten san pham|hang hoa|ten hang hoa",
    "category": "category|product category|product type|vendor|nhom hang|danh muc|loai hang",
    "quantity": "quantity|qty|lineitem quantity|so luong|sl",
    "price": "price|unit price|lineitem price|item price|gia|don gia|gia ban",
    "cost": "cost|unit cost|cost price|gia von|gia nhap",
    "refunded": "refunded|refunded amount|refund|amount refunded|tien hoan|so tien hoan|da hoan",
    "refunded_at": "refunded at|refund date|ngay hoan|ngay hoan tien",
    "refund_id": "refund id|ma hoan tien",
    "refund_reason": "refund reason|reason|ly do hoan|ly do",
    "refund_of": "refund of|original order|returned order|refund for|don goc|hoa don goc|tra hang cua",
}  # fmt: skip
FIELDS = tuple(ALIASES)
LINE_FIELDS = ("sku", "product", "category", "quantity", "price", "cost")
NEEDED = ("number", "placed_at")
_ALIAS = {alias: name for name, aliases in ALIASES.items() for alias in aliases.split("|")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a file is to be understood. `columns`: field to place. `currency`, `store`: where it says neither.
    `day_first`: 03/04/2026 is the third of April."""

    columns: Mapping[str, int]
    currency: str
    store: str
    day_first: bool = True

    @property
    def has_lines(self) -> bool:
        return any(name in self.columns for name in LINE_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`field` '' is the row as a whole; `key` says what is wrong and quotes nothing."""

    field: str
    key: str


class BadRows(ValueError):
    def __init__(self, faults: Sequence[Fault]):
        super().__init__(", ".join(f"{fault.field}: {fault.key}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`price` and `cost` are of one; the cost is None where the shop did not say."""

    name: str
    price: Decimal
    quantity: Decimal = Decimal(1)
    sku: str = ""
    category: str = ""
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What the rows of one order say. `words`: by field of an order, checked; '' where they say nothing."""

    words: Mapping[str, str]
    placed_at: datetime
    currency: str
    total: Decimal
    discount: Decimal | None = None
    promised_on: date | None = None
    delivered_on: date | None = None
    cancelled_at: datetime | None = None
    updated_at: datetime | None = None
    is_live: bool = False
    lines: Sequence[Line] = field(default=())
    refunded: Decimal | None = None
    refunded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A row about money that went back on another order. `number` is the other order's; `stands_in`: the
    field of the amount."""

    store: str
    number: str
    external_id: str
    amount: Decimal
    currency: str
    refunded_at: datetime
    reason: str
    stands_in: str = "refunded"


def guess(header: Iterable[str]) -> dict[str, int]:
    """Field to place of its column, by name; the first of several."""
    found: dict[str, int] = {}
    for place, name in enumerate(header):
        known = _ALIAS.get(plain(name))
        if known:
            found.setdefault(known, place)
    return found
