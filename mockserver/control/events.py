"""Events as whoever follows them reads them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from mockserver.control.record import records, shown
from mockserver.control.views import entry_view, order_view, payment_view
from mockserver.domain.events import OrderChanged, PaymentChanged, PriceChanged, StockChanged
from mockserver.domain.ledger import Entry
from mockserver.simulation import journal
from mockserver.simulation.event_log import Event
from mockserver.simulation.exchange import ServedExchange
from mockserver.simulation.worlds import Worlds

View = dict[str, Any]


def news(worlds: Worlds, after: int, world: str | None) -> Iterator[bytes]:
    """The events after an id as server-sent ones, of one world or of all; first, how many were lost, if any were."""
    feed = worlds.feed
    if lost := feed.lost(after):
        yield written("gap", {"lost": lost}, after + lost)
    for event in feed.after(after):
        if world in (None, event.world):
            yield written(event.kind, {"world": event.world, **_view(event, worlds)}, event.id)


def written(kind: str, data: View, number: int) -> bytes:
    """A server-sent event; its data are JSON in one line."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), orjson.dumps(data))


def _view(event: Event, worlds: Worlds) -> View:
    what = event.what
    if isinstance(what, ServedExchange):
        [record] = records([journal.Entry(event.id, what)], worlds)
        view = shown(record)
        del view["number"]
        return view
    return _VIEWS[type(what)](what) if type(what) in _VIEWS else dict(what)  # type: ignore[call-overload]


_VIEWS: Mapping[type, Callable[[Any], View]] = {
    OrderChanged: lambda what: {"before": what.before, "order": order_view(what.order)},
    PaymentChanged: lambda what: {"before": what.before, "payment": payment_view(what.payment)},
    PriceChanged: lambda what: {**what.shelf._asdict(), "price": what.price},
    StockChanged: lambda what: {**what.shelf._asdict(), "stock": what.stock},
    Entry: entry_view,
}
