"""Flows assert like tests."""

import pytest

pytest.register_assert_rewrite("tests.standin.flows_account", "tests.standin.flows_numbers", "tests.standin.flows_v2")
