"""Words for files that are taken in: what is wrong with a file, and what may be wrong with any row."""

from django.utils.translation import gettext_lazy as _

NO_TABLE = {
    "empty": _("The file is empty."),
    "a_spreadsheet": _("This spreadsheet file cannot be read. Save it as XLSX or as CSV (UTF-8)."),
    "too_big": _("This spreadsheet file is too big. Save it as CSV (UTF-8)."),
    "not_text": _("The file is neither UTF-8 nor windows-1258 text. Save it as CSV (UTF-8)."),
    "no_head": _("The first row must hold the names of the columns."),
    "never_closed": _("A quotation mark in the first row is never closed."),
}
FAULTS = {
    "missing": _("is missing"),
    "in_future": _("is in the future"),
    "not_an_address": _("is no e-mail address"),
    "too_long": _("is too long"),
}
