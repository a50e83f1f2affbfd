"""What the API answers when a request cannot even be read."""

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework.exceptions import ParseError

from feedback.api_access import TooLarge


class ErrorAnswer(ExceptionHandler):
    """What Django itself refuses of a request is the sender's error here too, not ours."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, RequestDataTooBig):
            return TooLarge()
        if isinstance(exc, SuspiciousOperation | BadRequest | MultiPartParserError | UnreadablePostError):
            return ParseError()
        return super().convert_known_exceptions(exc)
