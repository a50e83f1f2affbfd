"""Words for files of orders: what a column is called, and what can be wrong with a row."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback import table_words

LABELS = {
    "number": _("Order number"),
    "placed_at": _("When it was placed"),
    "total": _("Total that was paid"),
    "currency": _("Currency"),
    "status": _("State of the order"),
    "store": _("Store or sales channel"),
    "name": _("Name of the customer"),
    "email": _("E-mail of the customer"),
    "phone": _("Phone of the customer"),
    "language": _("Language of the customer"),
    "card_number": _("Number of the customer card"),
    "location": _("Branch"),
    "country": _("Country it went to"),
    "carrier": _("Carrier"),
    "promised_on": _("Promised for"),
    "delivered_on": _("Delivered on"),
    "cancelled_at": _("Cancelled at"),
    "updated_at": _("Last changed at"),
    "discount": _("Discount"),
    "external_id": _("Id of the order there"),
    "payment_ref": _("Number of the payment"),
    "sku": _("SKU of the product"),
    "product": _("Product"),
    "category": _("Category of the product"),
    "quantity": _("Quantity"),
    "price": _("Price of one"),
    "cost": _("Cost of one"),
    "refunded": _("Paid back"),
    "refunded_at": _("Paid back at"),
    "refund_id": _("Id of the refund"),
    "refund_reason": _("Reason of the refund"),
    "refund_of": _("Paid back for order"),
}
FAULTS = table_words.FAULTS | {
    "nothing": _("is zero"),
    "not_a_moment": _("is no date such as 2026-03-31 14:05 or 31/03/2026, or no day that ever was"),
    "too_long_ago": _("lies before 1990: often an empty date of another program"),
    "not_an_amount": _("is no amount of money"),
    "not_in_currency": _("has more decimals than its currency"),
    "too_large": _("is larger than any amount that can be kept"),
    "below_zero": _("is below zero"),
    "rows_differ": _(
        "differs between rows of the same number: they seem to be two orders; a column with the store keeps "
        "them apart"
    ),
    "another_order": _(
        "is known as an order of another day, sum and customer: if it is of another store, say which, and "
        "send it again"
    ),
    "refund_unnamed": _("is below zero: a refund needs a column with the number of the order it is for"),
    "not_a_currency": _("is no currency such as VND or USD"),
    "other_currency": _("is another currency than that of the order: the two cannot be added up"),
    "not_a_country": _("is no country's two letters, such as VN or DE"),
    "no_letters": _("needs a name with letters or digits"),
    "not_above_zero": _("is no number above zero, with three decimals at most"),
    "too_many_lines": _("the order has more than 500 lines"),
    "refund_above_total": _("with this, more was paid back than the total of the order"),
    "no_such_order": _("is an order that is not there (yet)"),
    "never_closed": _(
        "a quotation mark is never closed, or a cell is longer than 200,000 letters: this and all later rows "
        "were left out"
    ),
    "cannot_be_kept": _("the database refuses this order: its number and its id belong to two others"),
}
WRONG = pgettext_lazy("name of a column", "What is wrong")
ROW = pgettext_lazy("name of a column", "Row")
UNUSABLE = {
    "not_json": _("cannot be read"),
    "bad_field": _("holds something that cannot be"),
    "missing": _("leaves out what is needed"),
    "not_a_moment": _("holds no such time"),
    "changed_in_future": _("says that it was changed in days to come: it would outweigh every later word"),
    "not_an_amount": _("holds no such amount"),
    "unknown_status": _("says a state that we do not know"),
    "other_currency": _("speaks of another currency than its order: the two cannot be added up"),
    "refund_above_total": _(
        "pays back more than its order's total: a single refund is used as soon as that order changes"
    ),
    "no_order": _("its order is not there yet: it is used as soon as that comes"),
    "no_order_named": _("names no order"),
    "shop_redact": _("asks that everybody who bought there be forgotten"),
}
