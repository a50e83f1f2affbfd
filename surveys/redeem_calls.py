"""A redemption asked for by program under its own key: done once, answered the same each time (C10)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from feedback import bulk, tokens
from surveys.models import RedeemCall

LONGEST_KEY = 255
KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    status: int
    body: Mapping[str, Any]


class AnotherRequest(ValueError):
    """The key stands for a request that asked for something else."""


def once(key: str, asked: Mapping[str, Any], act: Callable[[], Said]) -> Said:
    """What `act` says, or said the first time; a refusal is kept like a success, a throttled try is not.

    Who asks at the same moment waits for the first one's transaction. Raises AnotherRequest.
    """
    now, digest = timezone.now(), tokens.digest(key)
    wanted = tokens.digest(json.dumps(asked, sort_keys=True, default=str))
    with transaction.atomic():
        call = bulk.unsaved(RedeemCall, digest=digest, asked=wanted, made_at=now)
        if not bulk.insert_first(call, of="digest"):
            return _as_before(digest, wanted)
        said = act()
        RedeemCall.objects.filter(pk=call.pk).update(status=said.status, answer=dict(said.body))
        RedeemCall.objects.filter(made_at__lt=now - KEPT_FOR).delete()
    return said


def _as_before(digest: str, wanted: str) -> Said:
    before = RedeemCall.objects.get(digest=digest)
    if before.asked != wanted:
        raise AnotherRequest
    return Said(status=before.status, body=before.answer)
