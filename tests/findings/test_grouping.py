from __future__ import annotations

from mockserver.findings import Finding, Severity, grouped

POLLS = Finding("client.polls-too-fast", Severity.WARNING, "one", "v3.getOrder", "", "It polled.")
OTHER = Finding("client.deprecated", Severity.NOTE, "one", "v2.getBalance", "", "It is deprecated.")


def test_findings_of_a_fingerprint_are_one_in_the_order_of_the_first() -> None:
    again = POLLS._replace(suite="two")
    assert grouped(iter([POLLS, OTHER, again])) == [(POLLS, again), (OTHER,)]


def test_what_makes_findings_one_may_be_said() -> None:
    assert grouped([POLLS, OTHER], lambda each: each.suite) == [(POLLS, OTHER)]


def test_nothing_found_has_no_groups() -> None:
    assert grouped([]) == []
