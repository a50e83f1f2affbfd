"""On 2,000 simulated shops the 95 % intervals of the recovery return hold what is true (differentiator 5)."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings

pytestmark = pytest.mark.prove


def test_intervals_hold_what_is_true():
    path = Path(settings.BASE_DIR) / "benchmarks" / "recovery.py"
    spec = importlib.util.spec_from_file_location("recovery_benchmark", path)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)

    held = benchmark.held_in(2000, draws=999)

    shares = {name: np.mean(those) for name, those in held.items()}
    assert len(shares) == 16
    assert {name: share for name, share in shares.items() if not 0.93 <= share <= 0.97} == {}
