"""What is held of one person, in groups that they can read, and as files to take away (L15).

The rows come from the map (feedback.belongings), what is shown of them from feedback.own_tables.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone

from feedback import belongings, own_words, shop
from feedback.models import Customer, Enclosure
from feedback.own_tables import SHOWN, Table, Words
from feedback.spreadsheets import harmless

SHOWN_ROWS = 50  # of one table on the page; the file has all


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The rows of one table: each as pairs of words and what stands there, empty columns left out."""

    name: str  # "feedback.Order"
    title: Words
    rows: Sequence[Sequence[tuple[Words, str]]]
    raw: Sequence[Mapping[str, Any]]

    @property
    def shown(self) -> Sequence[Sequence[tuple[Words, str]]]:
        return self.rows[:SHOWN_ROWS]

    @property
    def more(self) -> int:
        return max(0, len(self.rows) - SHOWN_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    title: Words
    tables: Sequence[Held]


def held(customer: Customer) -> list[Group]:
    """All that is held, by group; tables without a row are left out. Some dozens of queries."""
    found = belongings.of(customer)
    groups = []
    for title, tables in SHOWN.items():
        there = [_held(name, table, found[name]) for name, table in tables.items() if found.get(name)]
        if there:
            groups.append(Group(title=title, tables=there))
    return groups


def as_json(customer: Customer) -> str:
    """For another program: the columns by their own names."""
    groups = held(customer)
    content = {
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "shop": shop.current().name,
        "tables": {table.name: table.raw for group in groups for table in group.tables},
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


def as_zip(customer: Customer, language: str) -> bytes:
    """A page to read, a table a file for a spreadsheet, and the JSON of `as_json`."""
    groups = held(customer)
    page = render_to_string(
        "feedback/my_data_file.html",
        {"groups": groups, "shop": shop.current(), "made_at": timezone.now(), "language": language},
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as whole:
        whole.writestr("data.html", page)
        whole.writestr("data.json", as_json(customer))
        for group in groups:
            for table in group.tables:
                whole.writestr(f"{table.name.replace('.', '-').lower()}.csv", "\ufeff" + _csv(table))
        for one in Enclosure.objects.filter(pk__in=belongings.of(customer).get("feedback.Enclosure", ())):
            whole.writestr(f"picture-{one.public_id}.jpg", bytes(one.content))
    return out.getvalue()


def _csv(table: Held) -> str:
    out = io.StringIO()
    names = list(table.raw[0])
    writer = csv.writer(out)
    writer.writerow(names)
    for row in table.raw:
        writer.writerow([harmless("" if row[name] is None else str(row[name])) for name in names])
    return out.getvalue()


def _held(name: str, table: Table, keys: frozenset[int]) -> Held:
    model = belongings.model_of(name)
    found = model._base_manager.filter(pk__among=list(keys)).order_by(f"-{table.at}", "-pk")
    of = own_words.CURRENCY_OF.get(name)
    rows = list(found.select_related(of) if of else found)
    return Held(
        name=name,
        title=table.title,
        rows=[list(_pairs(row, table.columns)) for row in rows],
        raw=[{column: _plain(getattr(row, column)) for column in table.columns} for row in rows],
    )


def _pairs(row: models.Model, columns: Mapping[str, Words]) -> Iterator[tuple[Words, str]]:
    """As people read them: the currency stands within each amount."""
    for column, words in columns.items():
        if column != "currency" and (said := own_words.said(row, column)):
            yield words, said


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, date | Decimal) else value
