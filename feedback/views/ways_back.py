"""The page somebody came from, to which an act leads them back."""

from collections.abc import Mapping

from django.utils.http import url_has_allowed_host_and_scheme


def came_from(given: Mapping[str, str]) -> str:
    """`next` of an address or a form: a page of ours, or "" for nothing that may be followed."""
    there = given.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return there if is_ours and there.startswith("/") else ""
