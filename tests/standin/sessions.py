"""Clients that are graded: good ones, and what each bad one does wrong."""

from collections.abc import Callable

import httpx
import pytest

from mockserver.traffic import Answer, Exchange, Request
from tests.standin.answers import ApiError, QuoteChangedError, Receipt
from tests.standin.records import EPOCH
from tests.standin.registry import Customer
from tests.standin.test_standin import StandinWorld


class Tape(httpx.HTTPTransport):
    """Carries requests, and records them by the time of the stand-in; loses the answers that it is told to lose."""

    def __init__(self) -> None:
        super().__init__()
        self.now = EPOCH * 1000
        self.exchanges: list[Exchange] = []
        self.loses = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request."""
        response = super().handle_request(request)
        response.read()
        asked = Request(request.method, str(request.url), tuple(request.headers.items()), request.content)
        answer = Answer(response.status_code, tuple(response.headers.items()), response.content)
        lost, self.loses = self.loses, False
        self.exchanges.append(Exchange(asked, None if lost else answer, self.now, 0.5))
        if lost:
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return response


class Client:
    """A client of the stand-in, whose waits are recorded though nobody waits."""

    def __init__(self, world: StandinWorld, me: Customer, tape: Tape) -> None:
        self.world = world
        self.me = me
        self.tape = tape

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.tape.now += round(seconds * 1000)
        if seconds >= 1:
            self.world.advance(int(seconds))

    def lose(self, call: Callable[[], object]) -> None:
        """Call, and never hear the answer."""
        self.tape.loses = True
        with pytest.raises(httpx.ReadTimeout):
            call()

    def order(self, country: str = "12", service: str = "ds") -> Receipt:
        """Order for the quoted price; on the new terms if they have changed."""
        quote = self.me.v3.quote(country, service)
        try:
            return self.me.v3.order(quote)
        except QuoteChangedError as changed:
            return self.me.v3.order(changed.quote)

    def poll(self, order_id: str, times: int = 4, pause: float = 5) -> bool:
        """Look for an SMS."""
        for _ in range(times):
            self.wait(pause)
            if self.me.v3.get(order_id).codes:
                return True
        return False

    def give_back(self, order_id: str) -> None:
        """Ask for the money."""
        self.me.v3.change(order_id, "refund")


Life = Callable[[Client], None]


def gets_its_code(client: Client) -> None:
    receipt = client.order()
    client.poll(receipt.id, 2)
    client.world.deliver_sms(receipt.id, "Your code is 123-456", "123-456")
    assert client.poll(receipt.id)


def gets_two_codes(client: Client) -> None:
    receipt = client.order("12", "wa")
    for code in ("111", "222"):
        client.poll(receipt.id, 1)
        client.world.deliver_sms(receipt.id, f"Your code is {code}", code)
        client.poll(receipt.id, 1)
        if code == "111":
            client.me.v3.change(receipt.id, "requestAnother")


def gets_its_money_back(client: Client) -> None:
    receipt = client.order("16", "tg")
    assert not client.poll(receipt.id)
    client.give_back(receipt.id)


def takes_the_new_price(client: Client) -> None:
    quote = client.me.v3.quote("12", "go")
    client.world.set_offer("12", "go", price_cents=27)
    with pytest.raises(QuoteChangedError) as changed:
        client.me.v3.order(quote)
    receipt = client.me.v3.order(changed.value.quote)
    client.give_back(receipt.id)


def waits_for_numbers(client: Client) -> None:
    client.world.set_offer("174", "wa", stock=0)
    quote = client.me.v3.quote("174", "wa")
    with pytest.raises(ApiError):
        client.me.v3.order(quote)
    client.wait(30)
    client.world.set_offer("174", "wa", stock=1)
    client.give_back(client.me.v3.order(quote).id)


def looks_for_what_was_lost(client: Client) -> None:
    quote = client.me.v3.quote("12", "ds")
    client.lose(lambda: client.me.v3.order(quote))
    client.wait(2)
    (found,) = client.me.v3.inventory(10)
    client.give_back(found.id)


def is_refused_for_money(client: Client) -> None:
    receipt = client.order()
    client.wait(3)
    client.give_back(receipt.id)
    with pytest.raises(ApiError):
        client.give_back(receipt.id)


GOOD: dict[str, tuple[Life, ...]] = {
    session.__name__: (session,)
    for session in (
        gets_its_code, gets_two_codes, gets_its_money_back, takes_the_new_price, waits_for_numbers,
        looks_for_what_was_lost, is_refused_for_money,
    )
}  # fmt: skip
GOOD["one after another"] = (gets_its_code, gets_its_money_back, gets_two_codes)


def orders_again(client: Client) -> None:
    quote = client.me.v3.quote("12", "ds")
    client.lose(lambda: client.me.v3.order(quote))
    client.wait(2)
    client.give_back(client.me.v3.order(quote).id)


def abandons_its_order(client: Client) -> None:
    client.poll(client.order().id)


def lets_its_order_end(client: Client) -> None:
    receipt = client.order()
    client.wait(16 * 60)
    assert client.me.v3.get(receipt.id).state == "timeout"


def polls_too_fast(client: Client) -> None:
    receipt = client.order()
    client.poll(receipt.id, 6, 0.2)
    client.give_back(receipt.id)


def has_no_money_to_say(client: Client) -> None:
    fields = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16 cents", "m": "", "n": ""}
    with pytest.raises(ApiError):
        client.me.v3.call("PUT", f"/numbers/{client.me.v3.user}/order", **fields)


def uses_the_documented_path(client: Client) -> None:
    client.me.v3.balance()
    client.me.v3.send("GET", f"/numbers/{client.me.v3.user}/popular")


def says_what_nobody_knows(client: Client) -> None:
    client.me.v3.send(
        "GET", f"/numbers/{client.me.v3.user}/quote", country="12", service="ds", carrier="any", colour="red"
    )


def orders_on_old_terms(client: Client) -> None:
    quote = client.me.v3.quote("12", "ds")
    client.world.set_offer("12", "ds", price_cents=20)
    for _ in range(2):
        with pytest.raises(QuoteChangedError):
            client.me.v3.order(quote)
        client.wait(2)


def hurries_for_numbers(client: Client) -> None:
    client.world.set_offer("12", "ds", stock=0)
    quote = client.me.v3.quote("12", "ds")
    for _ in range(2):
        with pytest.raises(ApiError):
            client.me.v3.order(quote)
        client.wait(5)


def hurries_for_numbers_of_v2(client: Client) -> None:
    client.world.set_offer("12", "ds", stock=0)
    quote = client.me.v2.quote("12", "ds")
    for _ in range(2):
        with pytest.raises(ApiError) as refused:
            client.me.v2.order(quote)
        assert refused.value.status == 503
        client.wait(5)


def wants_money_for_its_sms(client: Client) -> None:
    receipt = client.order()
    client.world.deliver_sms(receipt.id, "Your code is 1", "1")
    client.poll(receipt.id)
    with pytest.raises(ApiError):
        client.give_back(receipt.id)


def wants_another_first(client: Client) -> None:
    receipt = client.order()
    with pytest.raises(ApiError):
        client.me.v3.change(receipt.id, "requestAnother")
    client.give_back(receipt.id)


def reads_the_balance_all_the_time(client: Client) -> None:
    receipt = client.order()
    for _ in range(4):
        client.poll(receipt.id, 1)
        client.me.v3.balance()
    client.give_back(receipt.id)


BAD: dict[Life, tuple[str, set[str]]] = {
    orders_again: ("D", {"client.orders-again"}),
    abandons_its_order: ("D", {"client.abandons-order"}),
    lets_its_order_end: ("D", {"client.abandons-order"}),
    polls_too_fast: ("C", {"client.polls-too-fast"}),
    has_no_money_to_say: ("D", {"client.request"}),
    uses_the_documented_path: ("D", {"client.path"}),
    says_what_nobody_knows: ("C", {"client.unknown-name"}),
    orders_on_old_terms: ("D", {"client.stale-quote"}),
    hurries_for_numbers: ("C", {"client.no-numbers-too-fast"}),
    hurries_for_numbers_of_v2: ("C", {"client.no-numbers-too-fast", "client.deprecated"}),
    wants_money_for_its_sms: ("C", {"client.refunds-after-sms"}),
    wants_another_first: ("C", {"client.another-too-early"}),
    reads_the_balance_all_the_time: ("C", {"client.balance-polling"}),
}
"""What a client does wrong, its grade, and what it is told for: for that and nothing else."""
