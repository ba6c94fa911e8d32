"""What faults do to requests and answers: in process, so nothing here waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
import pytest
import yaml

from mockserver.contract import FailureBody
from mockserver.web import delivery, fault_injection
from mockserver.web.message import PipelineOutcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.simulation.journal import ServedExchange
    from tests.conftest import Mock
    from tests.web.conftest import Answer, Wire

    Play = Callable[..., "Faulty"]

BALANCE = b"/v3/customers/demo/balance?apiKey=demo-key"
V2_BALANCE = b"/cs/getBalance?userId=demo&key=demo-key"
INVENTORY = b"/v3/numbers/demo/inventory/10?apiKey=demo-key"
INVALID = b"/v3/numbers/demo/inventory/x?apiKey=demo-key"
ORDER = orjson.dumps(
    {"apiKey": "demo-key", "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1000", "m": "", "n": ""}
)
FULL = 100_000

SCENARIO = """description: Faults.
clock: {clock}
accounts:
  - {{userId: demo, key: demo-key, balance: 100000}}
  - {{userId: other, key: other-key, balance: 100000}}
  - {{userId: blocked, key: blocked-key, blocked: true}}
orders: [{{sms: [{{after: 5s}}]}}]
faults: [{faults}]
"""


class Faulty(NamedTuple):
    """A mock with faults, and short calls of it."""

    mock: Mock
    wire: Wire

    def get(self, target: bytes = BALANCE) -> Answer:
        """Get something with exactly this target."""
        return self.wire(self.mock.app, "GET", target)

    def order(self) -> Answer:
        """Order a number."""
        return self.wire(self.mock.app, "PUT", b"/v3/numbers/demo/order", ORDER)

    @property
    def spent(self) -> int:
        """What the account has spent, in cents."""
        return FULL - self.mock.world.ledger.balance("demo")

    @property
    def last(self) -> ServedExchange:
        """The latest exchange."""
        return self.mock.exchanges[-1]


@pytest.fixture
def play(start: Callable[[str], Mock], wire: Wire) -> Play:
    """Starts a mock with these faults."""

    def play(*faults: str, clock: str = "{mode: manual}") -> Faulty:
        section = ", ".join(f"{{{fault}}}" for fault in faults)
        return Faulty(start(SCENARIO.format(clock=clock, faults=section)), wire)

    return play


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Lets all waiting pass at once, and tells how many seconds it would have been."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(delivery, "sleep", sleep)
    return waited


# Another status


@pytest.mark.parametrize(
    ("target", "body"),
    [
        (BALANCE, {"ok": False, "errorMessage": "INTERNAL_SERVER_ERROR"}),
        (V2_BALANCE, {"error": True, "message": "INTERNAL_SERVER_ERROR"}),
    ],
    ids=["v3", "v2"],
)
def test_a_status_has_the_failure_body_of_its_generation(play: Play, target: bytes, body: dict[str, Any]) -> None:
    answer = play("then: {status: 500}").get(target)
    assert (answer.status, answer.body) == (500, body)


def test_a_status_without_a_name_is_called_by_its_number(play: Play) -> None:
    assert play("then: {status: 599}").get().failure == "STATUS_599"


def test_a_failure_body_may_say_something_else(play: Play) -> None:
    assert play("then: {status: {status: 503, text: maintenance}}").get().failure == "maintenance"


@pytest.mark.parametrize("body", ["{a: [1, 2.5]}", "null", "[]", "a text", "17"])
def test_a_status_may_have_any_json(play: Play, body: str) -> None:
    answer = play(f"then: {{status: {{status: 200, body: {body}}}}}").get()
    assert (answer.body, answer.headers[b"content-type"]) == (yaml.safe_load(body), b"application/json")


def test_a_text_with_a_content_type_is_sent_as_it_stands(play: Play) -> None:
    answer = play('then: {status: {status: 502, body: "<h1>ü</h1>", headers: {Content-Type: text/html}}}').get()
    assert (answer.content.decode(), answer.headers[b"content-type"]) == ("<h1>ü</h1>", b"text/html")


def test_a_status_may_have_headers(play: Play) -> None:
    answer = play("then: {status: {status: 503, headers: {Retry-After: '9'}}}").get()
    assert answer.headers[b"retry-after"] == b"9"


def test_an_answer_with_a_fault_keeps_its_headers() -> None:
    reply = FailureBody(503, {}, headers=((b"retry-after", b"20"), (b"x-hint", b"later")))
    response = fault_injection.write(PipelineOutcome(reply, headers=((b"retry-after", b"3"),)))
    assert dict(response.headers).items() >= {(b"retry-after", b"3"), (b"x-hint", b"later")}


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_that_has_no_body_has_none(play: Play, status: int) -> None:
    answer = play(f"then: {{status: {status}}}").get()
    assert (answer.status, answer.content, answer.headers) == (status, b"", {})


# A rate limit


def test_above_a_rate_limit_calls_are_answered_429_with_the_time_to_wait(play: Play) -> None:
    faulty = play("then: {rateLimit: {limit: 1, window: 1m}}")
    faulty.get()
    faulty.mock.advance("20s")
    answer = faulty.get()
    assert (answer.status, answer.headers[b"retry-after"], answer.failure) == (429, b"40", "TOO_MANY_REQUESTS")


def test_who_waits_as_long_as_told_is_served(play: Play) -> None:
    faulty = play("then: {rateLimit: {limit: 1, window: 1m}}")
    faulty.get()
    faulty.mock.advance(faulty.get().headers[b"retry-after"].decode() + "s")
    assert faulty.get().status == 200


# A changed body


def test_an_empty_answer_has_its_status_and_no_body(play: Play) -> None:
    answer = play("then: {empty: true}").get()
    assert (answer.status, answer.content, answer.headers[b"content-length"]) == (200, b"", b"0")


def test_a_malformed_answer_has_the_right_length(play: Play) -> None:
    answer = play("then: {malformed: true}").get()
    assert int(answer.headers[b"content-length"]) == len(answer.content)


def test_a_malformed_answer_does_not_parse(play: Play) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        play("then: {malformed: true}").get().body  # noqa: B018


def test_an_answer_may_have_a_wrong_content_type(play: Play) -> None:
    answer = play("then: {contentType: text/html}").get()
    assert (answer.headers[b"content-type"], answer.body["ok"]) == (b"text/html", True)


def test_a_field_may_be_missing(play: Play) -> None:
    assert "balance" not in play("then: {omit: body.balance}").get().body["body"]


def test_a_field_may_be_missing_in_every_item(play: Play) -> None:
    faulty = play("then: {omit: 'body[].status'}")
    faulty.order()
    faulty.order()
    assert ["status" in item for item in faulty.get(INVENTORY).body["body"]] == [False, False]


def test_a_field_may_have_another_type(play: Play) -> None:
    assert play("then: {retype: {field: body.balance, as: string}}").get().body["body"]["balance"] == str(FULL)


def test_a_changed_body_has_the_right_length(play: Play) -> None:
    answer = play("then: {omit: body.balance}").get()
    assert int(answer.headers[b"content-length"]) == len(answer.content)


def test_an_answer_without_the_field_is_what_it_was(play: Play) -> None:
    faulty = play("then: {omit: body.balance}")
    assert (faulty.get(INVENTORY).status, faulty.last.faults) == (200, ())


# Broken connections, as exceptions: a socket has its own tests


def test_a_reset_is_an_exception_in_process(play: Play) -> None:
    with pytest.raises(ConnectionResetError):
        play("then: {reset: true}").get()


@pytest.mark.parametrize("then", ["empty: response", "cut: 0.5"])
def test_a_closed_connection_is_an_exception_in_process(play: Play, then: str) -> None:
    with pytest.raises(ConnectionAbortedError):
        play(f"then: {{{then}}}").get()


# Before or after


@pytest.mark.parametrize(
    ("at", "spent"), [("before", 0), ("after", 16)], ids=["nothing has happened", "charged, but the answer is lost"]
)
@pytest.mark.parametrize("then", ["status: 500", "empty: true", "rateLimit: {limit: 1, window: 1h}"])
def test_the_moment_decides_whether_an_order_is_charged(play: Play, at: str, spent: int, then: str) -> None:
    faulty = play(f"when: {{operation: v3.orderNumber}}, at: {at}, then: {{{then}}}")
    faulty.order()
    before = faulty.spent
    faulty.order()
    assert faulty.spent - before == spent


@pytest.mark.parametrize(("at", "spent"), [("before", 0), ("after", 16)])
@pytest.mark.parametrize("then", ["reset: true", "empty: response"])
def test_the_moment_decides_whether_a_lost_order_is_charged(play: Play, at: str, spent: int, then: str) -> None:
    faulty = play(f"at: {at}, then: {{{then}}}")
    with pytest.raises(ConnectionError):
        faulty.order()
    assert faulty.spent == spent


def test_the_first_fault_before_the_handler_answers(play: Play) -> None:
    assert play("then: {status: 500}", "then: {status: 503}").get().status == 500


def test_a_fault_after_the_handler_changes_what_a_fault_before_it_answered(play: Play) -> None:
    faulty = play("name: a, then: {status: 500}", "name: b, then: {contentType: text/html}")
    answer = faulty.get()
    assert (answer.status, answer.headers[b"content-type"], faulty.last.faults) == (500, b"text/html", ("a", "b"))


def test_faults_after_the_handler_follow_one_another(play: Play) -> None:
    body = play("then: {omit: body.balance}", "then: {retype: {field: body.userId, as: array}}").get().body["body"]
    assert ("balance" in body, body["userId"]) == (False, ["demo"])


def test_after_the_connection_is_gone_nothing_is_changed(play: Play) -> None:
    faulty = play("name: a, then: {reset: true}", "name: b, then: {contentType: text/html}")
    with pytest.raises(ConnectionResetError):
        faulty.get()
    assert faulty.last.faults == ("a",)


# Time


def test_the_order_does_not_exist_until_a_latency_before_the_handler_is_over(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = play("then: {latency: 200ms}")
    seen: list[tuple[float, int]] = []

    async def sleep(seconds: float) -> None:
        seen.append((seconds, faulty.mock.world.order_count()))

    monkeypatch.setattr(delivery, "sleep", sleep)
    faulty.order()
    assert (seen, faulty.mock.world.order_count()) == ([(0.2, 0)], 1)


def test_the_order_exists_during_a_latency_after_the_handler(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty = play("at: after, then: {latency: 200ms}")
    seen: list[tuple[float, int]] = []

    async def sleep(seconds: float) -> None:
        seen.append((seconds, faulty.mock.world.order_count()))

    monkeypatch.setattr(delivery, "sleep", sleep)
    faulty.order()
    assert seen == [(0.2, 1)]


def test_a_late_answer_is_the_right_one(play: Play, waits: list[float]) -> None:
    assert play("then: {latency: 1s}").get().body["ok"] is True


def test_latencies_add_up(play: Play, waits: list[float]) -> None:
    late = "at: after, then: {latency: 4s}"
    play("then: {latency: 1s}", "then: {latency: 2s}", late, late).get()
    assert waits == [3, 8]


def test_a_call_that_waits_is_counted_once(play: Play, waits: list[float]) -> None:
    faulty = play("when: {nth: 1}, then: {latency: 1s}", "when: {nth: 2}, then: {status: 500}")
    assert [faulty.get().status, faulty.get().status] == [200, 500]


def test_a_latency_and_a_status_go_together(play: Play, waits: list[float]) -> None:
    assert (play("then: {latency: 1s}", "then: {status: 500}").get().status, waits) == (500, [1])


def test_a_latency_is_drawn(play: Play, waits: list[float]) -> None:
    faulty = play("then: {latency: {uniform: [100ms, 300ms]}}")
    for _ in range(20):
        faulty.get()
    assert len(set(waits)) > 10
    assert all(0.1 <= seconds <= 0.3 for seconds in waits)


def test_a_slow_body_comes_in_pieces(play: Play, waits: list[float]) -> None:
    answer = play("then: {drip: {bytes: 100, every: 50ms}}").get()
    assert waits == [0.05] * ((len(answer.content) - 1) // 100)


def test_a_slow_body_is_the_right_one(play: Play, waits: list[float]) -> None:
    assert play("then: {drip: {bytes: 1, every: 1ms}}").get().body["ok"] is True


def test_an_empty_body_drips_too(play: Play, waits: list[float]) -> None:
    assert play("then: {empty: true}", "then: {drip: {bytes: 1, every: 1ms}}").get().content == b""


def test_a_world_that_ends_while_a_request_waits_answers_nobody(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty = play("then: {latency: 1s}")

    async def sleep(_: float) -> None:
        faulty.mock.world.customers["demo"] = faulty.mock.world.customers["demo"]._replace(blocked=True)

    monkeypatch.setattr(delivery, "sleep", sleep)
    assert faulty.get().status == 403


@pytest.mark.parametrize("then", ["status: 500", "empty: true", "rateLimit: {limit: 1, window: 1h}"])
def test_the_clock_steps_at_a_call_that_a_fault_answers(play: Play, then: str) -> None:
    faulty = play(f"at: before, then: {{{then}}}", clock="{step: 5s}")
    begun = faulty.mock.world.clock.now()
    faulty.get()
    faulty.get()
    assert faulty.mock.world.clock.now() - begun == 10_000


def test_what_is_due_happens_at_a_call_that_a_fault_answers(play: Play) -> None:
    faulty = play("when: {operation: v3.getBalance}, then: {status: 500}")
    order_id = faulty.order().body["body"]["orderId"]
    faulty.mock.advance("5s")
    faulty.get()
    assert faulty.mock.world.order(order_id).messages


def test_a_window_is_measured_in_the_time_of_the_world(play: Play) -> None:
    faulty = play("when: {from: 10s, until: 20s}, then: {status: 500}")
    statuses = []
    for _ in range(4):
        statuses.append(faulty.get().status)
        faulty.mock.advance("7s")
    assert statuses == [200, 200, 500, 200]


# What is no call of an account


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/v3/nothing", 404),
        (b"/v3/customers/demo/balance", 401),
        (b"/v3/customers/demo/balance?apiKey=unknown", 401),
        (b"/v3/customers/other/balance?apiKey=demo-key", 403),
        (b"/v3/customers/blocked/balance?apiKey=blocked-key", 403),
    ],
)
def test_a_fault_concerns_only_calls_with_good_credentials(play: Play, target: bytes, status: int) -> None:
    assert play("then: {status: 500}").get(target).status == status


def test_a_call_with_bad_credentials_is_not_counted(play: Play) -> None:
    faulty = play("when: {nth: 1}, then: {status: 500}")
    faulty.get(b"/v3/customers/demo/balance?apiKey=unknown")
    assert faulty.get().status == 500


def test_a_call_that_breaks_the_contract_is_counted(play: Play) -> None:
    faulty = play("when: {nth: 1}, then: {status: 500}")
    assert [faulty.get(INVALID).status, faulty.get().status] == [500, 200]


def test_before_the_handler_it_does_not_matter_that_a_call_breaks_the_contract(play: Play) -> None:
    assert play("at: before, then: {empty: true}").get(INVALID).status == 200


def test_after_the_handler_a_fault_changes_the_refusal_of_a_call_that_breaks_the_contract(play: Play) -> None:
    answer = play("then: {contentType: text/html}").get(INVALID)
    assert (answer.status, answer.headers[b"content-type"]) == (400, b"text/html")


def test_a_fault_does_not_hide_how_a_request_breaks_the_contract(play: Play) -> None:
    faulty = play("then: {status: 500}")
    faulty.get(INVALID)
    assert [violation.place for violation in faulty.last.violations] == ["path.limit"]


def test_a_fault_of_one_account_spares_the_others(play: Play) -> None:
    faulty = play("when: {account: demo}, then: {status: 500}")
    assert faulty.get(b"/v3/customers/other/balance?apiKey=other-key").status == 200


# What is seen of it


def test_an_exchange_names_the_faults_that_acted(play: Play) -> None:
    faulty = play("name: flaky, then: {status: 500}", "when: {nth: 9}, then: {malformed: true}")
    faulty.get()
    assert faulty.last.faults == ("flaky",)


@pytest.mark.parametrize(
    ("then", "altered"),
    [
        ("latency: 1ms", False),
        ("drip: {bytes: 9, every: 1ms}", False),
        ("status: 200", True),
        ("contentType: text/html", True),
    ],
)
def test_an_exchange_tells_whether_the_answer_is_what_the_service_meant(
    play: Play, waits: list[float], then: str, altered: bool
) -> None:
    faulty = play(f"then: {{{then}}}")
    faulty.get()
    assert faulty.last.altered is altered


def test_an_exchange_without_faults_says_so(play: Play) -> None:
    faulty = play("when: {nth: 9}, then: {status: 500}")
    faulty.get()
    assert (faulty.last.faults, faulty.last.altered) == ((), False)


def test_an_exchange_has_the_body_as_it_was_sent(play: Play) -> None:
    faulty = play("then: {omit: body.balance}")
    assert faulty.get().body == faulty.last.body


@pytest.mark.parametrize(("at", "body"), [("before", "nothing"), ("after", "an order")])
def test_an_exchange_keeps_the_answer_that_was_lost(play: Play, at: str, body: str) -> None:
    faulty = play(f"at: {at}, then: {{reset: true}}")
    with pytest.raises(ConnectionResetError):
        faulty.order()
    match faulty.last.status, faulty.last.body:
        case 0, None:
            assert body == "nothing"
        case 0, {"ok": True}:
            assert body == "an order"
        case other:
            pytest.fail(f"{other}")


def test_a_request_that_waits_is_one_exchange(play: Play, waits: list[float]) -> None:
    faulty = play("then: {latency: 1s}")
    faulty.get()
    assert len(faulty.mock.exchanges) == 1


# What a call is about


@pytest.mark.parametrize(
    ("when", "statuses"),
    [
        ("country: '12'", [503, 503, 200]),
        ("country: '16'", [200, 200, 200]),
        ("service: ds", [503, 503, 200]),
        ("service: wa", [200, 200, 200]),
        ("order: {order}", [200, 503, 200]),
        ("order: '1'", [200, 200, 200]),
        ("nth: {from: 2}", [200, 503, 503]),
        ("service: ds, nth: {from: 2, to: 2}", [200, 503, 200]),
    ],
)
def test_a_fault_may_be_for_what_calls_are_about(play: Play, when: str, statuses: list[int]) -> None:
    probe = play()
    order_id = probe.order().body["body"]["orderId"]
    condition = when.replace("{order}", f"'{order_id}'")
    faulty = play(f"at: after, when: {{{condition}}}, then: {{status: 503}}")
    poll = b"/v3/numbers/demo/order/%s?apiKey=demo-key" % order_id.encode()
    assert [faulty.order().status, faulty.get(poll).status, faulty.get().status] == statuses


def test_a_country_may_be_named_in_the_request(play: Play) -> None:
    faulty = play("when: {country: '12'}, then: {status: 503}")
    lookups = [b"/v3/numbers/demo/lookup/%s/any?apiKey=demo-key&service=ds" % each for each in (b"12", b"16")]
    assert [faulty.get(lookup).status == 503 for lookup in lookups] == [True, False]
