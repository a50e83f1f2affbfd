"""All decisions, to be read by whoever stands for the customers (S2-8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from feedback import labels, policy_words
from feedback.forms import Choice, ReportFilter
from feedback.models import Decision
from feedback.reports import decisions
from feedback.roles import DESK
from feedback.views import report_pages
from feedback.views.report_pages import Report

PER_PAGE = 40
BATCH = 2000


class DecisionFilter(ReportFilter):
    rule = Choice(
        label=_("Rule"), required=False, choices=[("", _("every rule")), *policy_words.RULES.items()]
    )
    only = Choice(
        label=_("Only"),
        required=False,
        choices=[
            ("", _("all decisions")),
            (decisions.REFUSALS, _("refusals")),
            (decisions.OVERRIDDEN, _("decided otherwise by a person")),
        ],
    )

    def as_shown(self) -> dict[str, Any]:
        return super().as_shown() | {name: self.cleaned_data[name] for name in ("rule", "only")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`rows`: those of the rule and kind that were asked for; `shares`: of all in these days."""

    rows: QuerySet[Decision]
    shares: Sequence[decisions.Share]


def find(form: DecisionFilter, language: str = "") -> Found:
    given = form.cleaned_data
    chosen = decisions.made(given["start"], given["end"], rule=given["rule"], only=given["only"])
    return Found(rows=decisions.shown(chosen), shares=decisions.by_rule(given["start"], given["end"]))


def _context(request: HttpRequest, form: DecisionFilter, found: Found) -> dict[str, Any]:
    rows = Paginator(found.rows, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "page": rows,
        "rows": [_shown(one) for one in rows.object_list],
        "shares": [
            {"name": policy_words.RULES[one.rule], "one": one, "width": round(100 * (one.share or 0), 1)}
            for one in found.shares
        ],
        "n": found.shares[0].of if found.shares else 0,
        "fewest": decisions.FEWEST,
    }


def _shown(row: Decision) -> dict[str, Any]:
    override = row.override if hasattr(row, "override") else None
    remedies = [str(labels.known(labels.REMEDIES, one["kind"])) for one in row.decision.get("remedies", ())]
    others = row.decision.get("alternatives", ())
    return {
        "row": row,
        "problem": labels.known(labels.PROBLEMS, row.facts.get("problem", "")),
        "rule": labels.known(policy_words.RULES, row.rule),
        "remedies": remedies,
        "alternatives": [str(labels.known(labels.ALTERNATIVES, one)) for one in others],
        "is_refusal": bool(row.decision.get("refusal")),
        "override": override,
    }


def _table(found: Found) -> Iterator[tuple[Any, ...]]:
    yield decisions.COLUMNS
    yield from map(decisions.line, found.rows.iterator(chunk_size=BATCH))


page, as_csv, as_xlsx = report_pages.views(
    Report(
        address="decisions",
        template="feedback/decisions.html",
        file="decisions",
        form=DecisionFilter,
        find=find,
        shown=_context,
        table=_table,
    ),
    DESK,
)
