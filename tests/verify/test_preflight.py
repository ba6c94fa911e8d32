"""Before anything is checked, it is seen whether anybody is there and lets us in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.traffic import Answer, Request
from mockserver.verify import Account, Target, TargetError
from mockserver.verify.run import check_reachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockserver.verify.context import Context

DEMO = Account("demo", "demo-key")


class Canned:
    """A server that has its answers ready; None is a lost one."""

    def __init__(self, answers: Iterable[Answer | None]) -> None:
        self._answers = iter(answers)
        self.asked: list[Request] = []

    def carry(self, request: Request) -> Answer | None:
        self.asked.append(request)
        return next(self._answers)


def target(*answers: Answer | None) -> Target:
    return Target("canned", {"v3": "http://canned/v3"}, Canned(answers))


def test_whoever_answers_is_checked(context_of: Callable[..., Context]) -> None:
    check_reachable(context_of(target(Answer(200)), DEMO))


def test_where_nothing_answers_nothing_can_be_checked(context_of: Callable[..., Context]) -> None:
    with pytest.raises(TargetError, match=r"^no response from http://canned/v3: is the server running"):
        check_reachable(context_of(target(None, None, None), DEMO))


def test_an_answer_may_be_lost_once(context_of: Callable[..., Context]) -> None:
    check_reachable(context_of(target(None, Answer(200)), DEMO))


@pytest.mark.parametrize("status", [401, 403])
def test_an_account_that_is_refused_is_told_without_its_key(context_of: Callable[..., Context], status: int) -> None:
    with pytest.raises(TargetError, match=rf"^http://canned/v3 refuses the account \(status {status}\)") as caught:
        check_reachable(context_of(target(Answer(status)), DEMO))
    assert DEMO.key not in str(caught.value)


def test_without_an_account_a_refusal_is_an_answer(context_of: Callable[..., Context]) -> None:
    check_reachable(context_of(target(Answer(401))))


def test_nothing_is_changed_by_it(context_of: Callable[..., Context]) -> None:
    server = target(Answer(200))
    check_reachable(context_of(server, DEMO))
    assert isinstance(server.transport, Canned)
    assert [request.method for request in server.transport.asked] == ["GET"]
