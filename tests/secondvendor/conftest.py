"""Flows assert like tests."""

import pytest

pytest.register_assert_rewrite(
    *(f"tests.secondvendor.{name}" for name in ("client", "flows_numbers", "flows_v2", "flows_v3"))
)
