"""Find customers by what one hears on the phone: a name with or without its marks, e-mail, order, number."""

from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextField

from feedback.models import Customer, Order
from feedback.orthography import fold

DIGITS_OF_A_PHONE = 6
# PostgreSQL folds letter by letter; all precomposed letters whose folded form is one letter.
_MARKED = "".join(
    letter
    for letter in map(chr, (*range(0xC0, 0x180), 0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1EA0, 0x1EFA)))
    if len(fold(letter)) == 1 and fold(letter) != letter
)
_PLAIN = "".join(map(fold, _MARKED))


class Folded(Func):
    """Lower case without marks: "Nguyễn Thị Đào" is found by "nguyen thi dao"."""

    output_field = TextField()
    arity = 1

    def as_postgresql(self, compiler, connection, **context):
        template = f"lower(translate(%(expressions)s, '{_MARKED}', '{_PLAIN}'))"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, function="fold_marks", **context)


def teach_sqlite(sender: Any, connection: Any, **kwargs: Any) -> None:
    """On each new connection: SQLite knows no letters beyond ASCII, so it asks us."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            "fold_marks", 1, lambda text: fold(text or ""), deterministic=True
        )


def customers(words: str) -> QuerySet[Customer]:
    """Newest first; all of them for no words."""
    found = Customer.objects.filter(merged_into=None)
    words = " ".join(words.split())
    if not words:
        return found.order_by("-since", "-pk")
    match = Q(email__contains=words.lower())
    match |= Q(pk__in=Order.objects.filter(number__istartswith=words).values("customer"))
    digits = "".join(filter(str.isdigit, words)).lstrip("0")
    if len(digits) >= DIGITS_OF_A_PHONE:
        match |= Q(phone__contains=digits)
    found = found.alias(plain_name=Folded(F("name")))
    return found.filter(match | Q(plain_name__contains=fold(words))).order_by("-since", "-pk")
