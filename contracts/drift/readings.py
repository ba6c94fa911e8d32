"""Which way of understanding the documentation is the true one, by what recorded traffic shows.

Every reading has a witness: it looks at exchanges in their order, and says which value each speaks for, if any.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.drift.difference import Indication
from contracts.drift.matching import Known, match
from contracts.spec import ABSENT, readings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from contracts.spec import Document
    from contracts.spec.choices import Choices
    from contracts.traffic import Exchange

Json = dict[str, Any]
_CENTS = 100
_PRICE_CHANGED = "Additional user action required"
_NO_NUMBERS = "NO_NUMBERS"
_POOR = "INSUFFICIENT_BALANCE"


class Meaning(StrEnum):
    """What an operation is for, as far as readings are concerned."""

    BALANCE = "balance"
    ORDER = "order"
    LOOK = "look"
    QUOTE = "quote"
    ANOTHER = "another"
    REFUND = "refund"
    READS = "reads"
    CHANGES = "changes"


_MEANINGS: Mapping[str, Meaning] = {
    "v3.getBalance": Meaning.BALANCE,
    "v2.getBalance": Meaning.BALANCE,
    "v3.orderNumber": Meaning.ORDER,
    "v2.purchase": Meaning.ORDER,
    "v3.getOrder": Meaning.LOOK,
    "v3.getInventory": Meaning.LOOK,
    "v2.getPhoneStatus": Meaning.LOOK,
    "v2.getBulkPhoneStatus": Meaning.LOOK,
    "v3.getServiceDetail": Meaning.QUOTE,
    "v2.getServiceDetail": Meaning.QUOTE,
    "v2.requestAnother": Meaning.ANOTHER,
    "v2.refund": Meaning.REFUND,
}
"""What the operations that tell about readings are for; what the others do, their documents mark."""


class Event(NamedTuple):
    """An exchange as the witnesses need it: what it was for, its arguments, and its answer in cents."""

    document: str
    meaning: Meaning
    account: str
    arguments: Json
    status: int
    refusal: str
    body: Any
    listed: bool

    def cents(self, amount: Any) -> int | None:
        """Return a price of this generation of the API in cents; None if it is none."""
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            return None
        return round(amount * _CENTS) if self.document == "v2" else int(amount)

    @property
    def items(self) -> list[Json]:
        """The orders that the answer shows."""
        shown = self.body if isinstance(self.body, list) else [self.body]
        return [item for item in shown if isinstance(item, dict)]


class Witness:
    """Looks at events of all accounts, in their order."""

    def see(self, event: Event) -> str:
        """Return the value that an event speaks for; empty if it speaks for none."""
        raise NotImplementedError


class Failures(Witness):
    """`failures`: with which status a refusal comes that the reading gives one of its own."""

    def __init__(self, wire: Mapping[str, Any]) -> None:
        self._statuses: Mapping[str, int] = wire["statuses"]

    def see(self, event: Event) -> str:
        """Look for a refusal."""
        own = self._statuses.get(event.refusal)
        if own is None or (event.status == own and own == 222 and event.listed):
            return ""
        return {200: "envelope", own: "status"}.get(event.status, "")


class CompletedWord(Witness):
    """`completed-word`: what an order is called that has received its SMS."""

    def see(self, event: Event) -> str:
        """Look for the word."""
        words = {item.get("status") for item in event.items} if event.meaning == Meaning.LOOK else set()
        return next((word for word in ("completed", "complete") if word in words), "")


class Expiry(Witness):
    """`expiry`: whether an order without SMS stays expired, or becomes refunded though nobody asked for it."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._refunded: set[str] = set()

    def see(self, event: Event) -> str:
        """Look for the end of an order that was seen to wait."""
        if event.meaning == Meaning.REFUND:
            self._refunded.add(str(event.arguments.get("orderId")))
        if event.meaning == Meaning.ORDER and isinstance(event.body, dict):
            self._waiting.add(str(event.body.get("orderId")))
        for item in event.items if event.meaning == Meaning.LOOK else ():
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

    def see(self, event: Event) -> str:
        """Look for two balances with nothing between them but such a request."""
        if event.meaning == Meaning.ANOTHER and event.refusal == _POOR:
            return "charged"
        if event.meaning == Meaning.ORDER and isinstance(event.body, dict):
            self._price(event.body, event)
        for item in event.items if event.meaning == Meaning.LOOK else ():
            self._price(item, event)
        if (
            event.meaning == Meaning.BALANCE
            and isinstance(event.body, dict)
            and isinstance(event.body.get("balance"), int)
        ):
            return self._compare(event.account, event.body["balance"])
        if event.meaning == Meaning.ANOTHER and not event.refusal:
            self._asked[event.account].append(str(event.arguments.get("orderId")))
        elif event.meaning in (Meaning.ORDER, Meaning.REFUND, Meaning.CHANGES):
            self._balances.pop(event.account, None)
        return ""

    def _price(self, item: Json, event: Event) -> None:
        price = event.cents(item.get("purchasePrice"))
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

    def note(self, event: Event) -> None:
        """Take in a quote."""
        if event.meaning == Meaning.QUOTE and isinstance(event.body, dict):
            price = event.cents(event.body.get("price"))
            if price is not None and event.body.get("count", 1):
                self._prices[self._key(event)] = price

    def price(self, event: Event) -> int | None:
        """Return the price last shown of what an order is for; None if none was."""
        return self._prices.get(self._key(event))

    def _key(self, event: Event) -> tuple[str, ...]:
        named = (str(event.arguments.get(name) or "any") for name in ("country", "service", "carrier"))
        return (event.account, *named)


class PriceAboveMaximum(Witness):
    """`price-above-maximum`: how an order is refused whose maximum is below the price that was shown."""

    def __init__(self) -> None:
        self._offers = _Offers()

    def see(self, event: Event) -> str:
        """Look for such an order."""
        self._offers.note(event)
        if event.meaning != Meaning.ORDER or not event.refusal:
            return ""
        price, maximum = self._offers.price(event), _maximum(event)
        if price is None or maximum is None or maximum >= price:
            return ""
        return {_PRICE_CHANGED: "222", _NO_NUMBERS: "no-numbers"}.get(event.refusal, "")


class Discount(Witness):
    """`discount`: whether an account with a discount pays less than it was shown."""

    def __init__(self) -> None:
        self._offers = _Offers()
        self._factors: dict[str, float] = {}

    def see(self, event: Event) -> str:
        """Look for an order of such an account."""
        self._offers.note(event)
        if event.meaning == Meaning.BALANCE and isinstance(event.body, dict):
            rates = event.body.get("discountRates") or ()
            now = event.body.get("currentDiscountRate")
            factors = [rate[1] for rate in rates if isinstance(rate, list) and len(rate) == 3 and rate[2] == now]
            if factors and isinstance(factors[0], int | float):
                self._factors[event.account] = factors[0]
        factor = self._factors.get(event.account, 1)
        if event.meaning != Meaning.ORDER or event.refusal or factor >= 1 or not isinstance(event.body, dict):
            return ""
        shown, paid = self._offers.price(event), event.cents(event.body.get("purchasePrice"))
        if shown is None or paid is None:
            return ""
        lowered = int(shown * factor + 0.5)
        if lowered == shown:
            return ""
        return {shown: "shown", lowered: "applied"}.get(paid, "")


def _maximum(event: Event) -> int | None:
    try:
        maximum = float(event.arguments["maximumPrice"])
    except (KeyError, TypeError, ValueError):
        return None
    return round(maximum * _CENTS) if event.document == "v2" else int(maximum)


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
        event = _event(self._documents, exchange)
        if event is not None:
            for name, witness in self._witnesses.items():
                if value := witness.see(event):
                    self._times[name][value] += 1

    def indications(self) -> tuple[Indication, ...]:
        """Return what was seen, reading by reading."""
        return tuple(Indication(name, self._defaults[name], dict(times)) for name, times in self._times.items())


def settled(indications: Iterable[Indication]) -> Choices:
    """Return the readings that traffic has settled otherwise than the contract takes them."""
    return {each.reading: each.verdict for each in indications if each.verdict not in ("", each.default)}


def _event(documents: Sequence[Document], exchange: Exchange) -> Event | None:
    found = match(documents, exchange.request)
    answer, body = exchange.answer, exchange.answer.json if exchange.answer else ABSENT
    disturbed = exchange.notes.get("faults") or exchange.notes.get("stopped")
    if not isinstance(found, Known) or answer is None or not isinstance(body, dict) or disturbed:
        return None
    operation, request = found.operation, exchange.request
    members = request.json if isinstance(request.json, dict) else {}
    arguments = {**dict(request.query), **members, **found.path_params}
    meaning = _MEANINGS.get(operation.name, Meaning.READS if operation.effect == "reads" else Meaning.CHANGES)
    if operation.name == "v3.changeOrderStatus":
        meaning = {"refund": Meaning.REFUND, "requestAnother": Meaning.ANOTHER}.get(
            found.path_params.get("next", ""), Meaning.CHANGES
        )
    failed = body.get("ok") is False or body.get("error") is True
    text = str(body.get("errorMessage", body.get("message", ""))) if failed else ""
    said = body.get("body", body)
    listed = answer.status in operation.answers
    return Event(
        found.document.name,
        meaning,
        str(arguments.get("userId", "")),
        arguments,
        answer.status,
        _code(text) if failed else "",
        said,
        listed,
    )


def _code(text: str) -> str:
    """Return the code at the beginning of a failure's text, before its details."""
    return text.partition(":")[0].strip() or "?"
