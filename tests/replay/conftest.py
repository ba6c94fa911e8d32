"""Flows assert like tests."""

import pytest

pytest.register_assert_rewrite(
    "tests.secondvendor.client",
    *(f"tests.secondvendor.flows_{name}" for name in ("numbers", "v2", "v3")),
    *(f"tests.standin.flows_{name}" for name in ("account", "numbers", "prices", "refusals", "v2")),
)
