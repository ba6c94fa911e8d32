"""A scenario from a recording: accounts, offers, orders, payments and failures, so that the mock repeats them."""

from mockserver.drift.recorded_day.scenario import EmptyDayError, propose_scenario

__all__ = ["EmptyDayError", "propose_scenario"]
