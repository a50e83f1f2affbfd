"""The schema for programs, and the same as a page for the people who write them."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from feedback.roles import public

schema = public(SpectacularAPIView.as_view(permission_classes=[AllowAny], authentication_classes=[]))


@public
@require_safe
def api_root(request: HttpRequest) -> HttpResponse:
    context = {"operations": _operations(get_language() or ""), "base_url": settings.BASE_URL}
    return render(request, "feedback/api_root.html", context)


@cache
def _operations(language: str) -> list[dict[str, Any]]:
    """Read from the schema, so that this page cannot say anything else than it."""
    found = SchemaGenerator().get_schema(request=None, public=True)
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary") or operation["operationId"],
            "description": operation.get("description", ""),
            "parameters": [one for one in operation.get("parameters", []) if one["in"] == "query"],
            "example": next(_examples(operation), ""),
        }
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/api/v1/")
    ]


def _examples(operation: dict[str, Any]) -> Iterator[str]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    for example in body.get("examples", {}).values():
        yield json.dumps(example["value"], ensure_ascii=False, indent=2)
