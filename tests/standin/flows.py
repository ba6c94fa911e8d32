"""All flows: `FLOWS` is complete once this module is imported."""

from tests.standin import flows_account, flows_numbers, flows_prices, flows_refusals, flows_v2
from tests.standin.registry import FLOWS, Flow

__all__ = ["FLOWS", "Flow", "flows_account", "flows_numbers", "flows_prices", "flows_refusals", "flows_v2"]
