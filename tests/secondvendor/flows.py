"""All flows: `FLOWS` is complete once this module is imported."""

from tests.secondvendor import flows_numbers, flows_v2, flows_v3
from tests.secondvendor.repertoire import FLOWS, Flow

__all__ = ["FLOWS", "Flow", "flows_numbers", "flows_v2", "flows_v3"]
