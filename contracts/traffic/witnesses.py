"""Which way of understanding the documentation is the true one, by what recorded traffic shows.

Every reading has a witness: it looks at exchanges in their order, and says which value each speaks for, if any.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.spec import readings
from contracts.traffic.calls import NO_NUMBERS, PRICE_CHANGED, UNCERTAIN, Purpose, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from contracts.spec import Document
    from contracts.spec.choices import Choices
    from contracts.traffic.calls import Call
    from contracts.traffic.exchange import Exchange

Json = dict[str, Any]
_LOOKS = (Purpose.LOOK, Purpose.LIST)
_POOR = "INSUFFICIENT_BALANCE"


class Indication(NamedTuple):
    """How often traffic speaks for each value of a reading. `default` is how the contract takes it so far."""

    reading: str
    default: str
    times: dict[str, int]

    @property
    def verdict(self) -> str:
        """The one value that traffic speaks for; empty if there is none, or more than one."""
        return next(iter(self.times)) if len(self.times) == 1 else ""


class Witness:
    """Looks at calls of all accounts, in their order."""

    def see(self, call: Call) -> str:
        """Return the value that a call speaks for; empty if it speaks for none."""
        raise NotImplementedError


class Failures(Witness):
    """`failures`: with which status a refusal comes that the reading gives one of its own."""

    def __init__(self, wire: Mapping[str, Any]) -> None:
        self._statuses: Mapping[str, int] = wire["statuses"]

    def see(self, call: Call) -> str:
        """Look for a refusal."""
        own = self._statuses.get(call.refusal)
        if own is None or (call.status == own == 222 and call.operation and own in call.operation.answers):
            return ""
        return {200: "envelope", own: "status"}.get(call.status, "")


class CompletedWord(Witness):
    """`completed-word`: what an order is called that has received its SMS."""

    def see(self, call: Call) -> str:
        """Look for the word."""
        words = {item.get("status") for item in call.items} if call.purpose in _LOOKS else set()
        return next((word for word in ("completed", "complete") if word in words), "")


class Expiry(Witness):
    """`expiry`: whether an order without SMS stays expired, or becomes refunded though nobody asked for it."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._refunded: set[str] = set()

    def see(self, call: Call) -> str:
        """Look for the end of an order that was seen to wait."""
        if call.purpose == Purpose.REFUND:
            self._refunded.add(str(call.arguments.get("orderId")))
        if call.purpose == Purpose.ORDER and isinstance(call.body, dict):
            self._waiting.add(str(call.body.get("orderId")))
        for item in call.items if call.purpose in _LOOKS else ():
            order, status = str(item.get("orderId")), item.get("status")
            if status == "waiting":
                self._waiting.add(order)
            if item.get("sms") or item.get("messages"):
                self._waiting.discard(order)
            elif status == "expired":
                return "kept"
            elif status == "refunded" and order in self._waiting - self._refunded:
                return "refunded"
        return ""


class AnotherSms(Witness):
    """`another-sms`: whether the balance falls by the price when nothing was done but to ask for another SMS."""

    def __init__(self) -> None:
        self._balances: dict[str, int] = {}
        self._asked: defaultdict[str, list[str]] = defaultdict(list)
        self._prices: dict[str, int] = {}

    def see(self, call: Call) -> str:
        """Look for two balances with nothing between them but such a request."""
        if call.purpose == Purpose.ANOTHER and call.refusal == _POOR:
            return "charged"
        if call.purpose == Purpose.ORDER and isinstance(call.body, dict):
            self._price(call.body, call)
        for item in call.items if call.purpose in _LOOKS else ():
            self._price(item, call)
        if (
            call.purpose == Purpose.BALANCE
            and isinstance(call.body, dict)
            and isinstance(call.body.get("balance"), int)
        ):
            return self._compare(call.account, call.body["balance"])
        if call.purpose == Purpose.ANOTHER and not call.refusal:
            self._asked[call.account].append(str(call.arguments.get("orderId")))
        elif call.purpose in (Purpose.ORDER, Purpose.REFUND, Purpose.CHANGES):
            self._balances.pop(call.account, None)
        return ""

    def _price(self, item: Json, call: Call) -> None:
        price = call.cents(item.get("purchasePrice"))
        if price is not None:
            self._prices[str(item.get("orderId"))] = price

    def _compare(self, account: str, balance: int) -> str:
        before = self._balances.get(account)
        asked = self._asked.pop(account, [])
        self._balances[account] = balance
        if before is None or not asked:
            return ""
        if balance == before:
            return "free"
        return "charged" if before - balance == sum(self._prices.get(order, -1) for order in asked) else ""


class _Offers:
    """The prices last shown, in cents, by account, country, service and carrier, whichever generation showed them."""

    def __init__(self) -> None:
        self._prices: dict[tuple[str, ...], int] = {}

    def note(self, call: Call) -> None:
        """Take in a quote."""
        if call.purpose == Purpose.QUOTE and isinstance(call.body, dict):
            price = call.cents(call.body.get("price"))
            if price is not None and call.body.get("count", 1):
                self._prices[self._key(call)] = price

    def price(self, call: Call) -> int | None:
        """Return the price last shown of what an order is for; None if none was."""
        return self._prices.get(self._key(call))

    def _key(self, call: Call) -> tuple[str, ...]:
        named = (str(call.arguments.get(name) or "any") for name in ("country", "service", "carrier"))
        return (call.account, *named)


class PriceAboveMaximum(Witness):
    """`price-above-maximum`: how an order is refused whose maximum is below the price that was shown."""

    def __init__(self) -> None:
        self._offers = _Offers()

    def see(self, call: Call) -> str:
        """Look for such an order."""
        self._offers.note(call)
        if call.purpose != Purpose.ORDER or not call.refusal:
            return ""
        price, maximum = self._offers.price(call), _maximum(call)
        if price is None or maximum is None or maximum >= price:
            return ""
        return {PRICE_CHANGED: "222", NO_NUMBERS: "no-numbers"}.get(call.refusal, "")


class Discount(Witness):
    """`discount`: whether an account with a discount pays less than it was shown."""

    def __init__(self) -> None:
        self._offers = _Offers()
        self._factors: dict[str, float] = {}

    def see(self, call: Call) -> str:
        """Look for an order of such an account."""
        self._offers.note(call)
        if call.purpose == Purpose.BALANCE and isinstance(call.body, dict):
            rates = call.body.get("discountRates") or ()
            now = call.body.get("currentDiscountRate")
            factors = [rate[1] for rate in rates if isinstance(rate, list) and len(rate) == 3 and rate[2] == now]
            if factors and isinstance(factors[0], int | float):
                self._factors[call.account] = factors[0]
        factor = self._factors.get(call.account, 1)
        if call.purpose != Purpose.ORDER or call.refusal or factor >= 1 or not isinstance(call.body, dict):
            return ""
        shown, paid = self._offers.price(call), call.cents(call.body.get("purchasePrice"))
        if shown is None or paid is None:
            return ""
        lowered = int(shown * factor + 0.5)
        if lowered == shown:
            return ""
        return {shown: "shown", lowered: "applied"}.get(paid, "")


def _maximum(call: Call) -> int | None:
    return call.cents(call.arguments.get("maximumPrice"))


class Readings:
    """What exchanges, taken one after another, say about every reading; `chosen` are those the contract has now."""

    def __init__(self, documents: Sequence[Document], chosen: Choices) -> None:
        self._documents = documents
        known = readings()
        self._defaults = {name: str(chosen.get(name, reading.default)) for name, reading in known.items()}
        makers: Mapping[str, Callable[[], Witness]] = {
            "failures": lambda: Failures(known["failures"].values["status"].wire),
            "completed-word": CompletedWord,
            "expiry": Expiry,
            "another-sms": AnotherSms,
            "price-above-maximum": PriceAboveMaximum,
            "discount": Discount,
        }
        self._witnesses = {name: makers[name]() for name in known if name in makers}
        self._times: dict[str, Counter[str]] = {name: Counter() for name in known}

    def see(self, exchange: Exchange) -> None:
        """Take in an exchange."""
        disturbed = exchange.notes.get("faults") or exchange.notes.get("stopped")
        call = None if disturbed else read(self._documents, exchange)
        if call is None or call.operation is None or call.outcome in UNCERTAIN:
            return
        for name, witness in self._witnesses.items():
            if value := witness.see(call):
                self._times[name][value] += 1

    def indications(self) -> tuple[Indication, ...]:
        """Return what was seen, reading by reading."""
        return tuple(Indication(name, self._defaults[name], dict(times)) for name, times in self._times.items())


def settled(indications: Iterable[Indication]) -> Choices:
    """Return the readings that traffic has settled otherwise than the contract takes them."""
    return {each.reading: each.verdict for each in indications if each.verdict not in ("", each.default)}
