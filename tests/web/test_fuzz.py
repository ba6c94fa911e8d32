"""Whatever comes in, nothing breaks, and what is refused has changed nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.contract import load

if TYPE_CHECKING:
    from tests.conftest import Mock
    from tests.web.conftest import Answer, Snapshot, Wire

# All examples share one mock: that nothing changes is what is claimed.
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)

SENDING = [("PUT", b"/v3/numbers/demo/order"), ("POST", b"/cs/purchase"), ("POST", b"/cs/refund")]
ASKING = [b"/v3/numbers/demo/popular", b"/v3/statistics/demo", b"/cs/getBalance", b"/cs/getBulkPhoneStatus"]
WORDS = [
    b"apiKey=demo-key",
    b"userId=demo",
    b"key=demo-key",
    b"from=",
    b"status=",
    b"country=12",
    b"=",
    b"&",
    b"%",
    b"%00",
]
SEGMENTS = sorted(
    {
        segment
        for name in ("v3", "v2")
        for operation in load(name).operations.values()
        for segment in operation.path.split("/")
    }
)

ORDER = {
    "apiKey": "demo-key",
    "userId": "demo",
    "key": "demo-key",
    "country": "12",
    "service": "ds",
    "carrier": "any",
    "maximumPrice": "100",
    "m": "",
    "n": "",
    "orderId": "1",
}
any_text = st.text(max_size=20)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


def is_sound(answer: Answer) -> bool:
    """Whether a request was served or refused, in the words of a generation or of the mock itself."""
    served = answer.status == 200 and answer.failure is None
    return served or (answer.status < 500 and (answer.failure is not None or "error" in answer.body))


@pytest.mark.parametrize(("method", "target"), SENDING)
@given(body=st.binary(max_size=200))
@shared
def test_random_bytes_as_body(
    mock: Mock, wire: Wire, snapshot: Snapshot, method: str, target: bytes, body: bytes
) -> None:
    before = snapshot(mock.world)
    answer = wire(mock.app, method, target, body)
    assert (is_sound(answer), answer.failure is not None, snapshot(mock.world) == before) == (True, True, True)


@pytest.mark.parametrize(("method", "target"), SENDING)
@given(changes=st.dictionaries(st.sampled_from(sorted(ORDER)) | any_text, any_json, min_size=1, max_size=4))
@shared
def test_an_order_with_random_values(
    mock: Mock, wire: Wire, snapshot: Snapshot, method: str, target: bytes, changes: dict[str, object]
) -> None:
    before = snapshot(mock.world)
    answer = wire(mock.app, method, target, json.dumps({**ORDER, **changes}).encode())
    assert is_sound(answer)
    assert answer.failure is None or snapshot(mock.world) == before


@pytest.mark.parametrize(("method", "target"), SENDING)
@given(data=st.data())
@shared
def test_an_order_with_a_few_bytes_changed(
    mock: Mock, wire: Wire, snapshot: Snapshot, method: str, target: bytes, data: st.DataObject
) -> None:
    sound = json.dumps(ORDER).encode()
    at = data.draw(st.integers(0, len(sound)))
    inserted, dropped = data.draw(st.binary(max_size=4)), data.draw(st.integers(0, 4))
    before = snapshot(mock.world)
    answer = wire(mock.app, method, target, sound[:at] + inserted + sound[at + dropped :])
    assert is_sound(answer)
    assert answer.failure is None or snapshot(mock.world) == before


@pytest.mark.parametrize("target", ASKING)
@given(
    query=st.binary(max_size=60) | st.lists(st.sampled_from(WORDS) | st.binary(max_size=5), max_size=8).map(b"&".join)
)
@shared
def test_random_bytes_as_query(mock: Mock, wire: Wire, snapshot: Snapshot, target: bytes, query: bytes) -> None:
    before = snapshot(mock.world)
    answer = wire(mock.app, "GET", target + b"?" + query)
    assert (is_sound(answer), snapshot(mock.world) == before) == (True, True)


segment = st.binary(max_size=12).map(quote_from_bytes) | st.sampled_from(
    [*SEGMENTS, "demo", "12", "ds", "1", "%", "..", ""]
)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
@given(
    path=st.binary(max_size=60).map(lambda raw: raw.replace(b"?", b""))
    | st.lists(segment, max_size=7).map(lambda segments: "/".join(segments).encode())
)
@shared
def test_random_bytes_as_path(mock: Mock, wire: Wire, snapshot: Snapshot, method: str, path: bytes) -> None:
    before = snapshot(mock.world)
    for prefix in (b"/v3/", b"/cs/", b"/"):
        assert is_sound(wire(mock.app, method, prefix + path + b"?apiKey=demo-key&userId=demo&key=demo-key", b"{}"))
    assert snapshot(mock.world) == before


@given(name=st.binary(min_size=1, max_size=20), value=st.binary(max_size=60))
@shared
def test_random_bytes_as_header(mock: Mock, wire: Wire, snapshot: Snapshot, name: bytes, value: bytes) -> None:
    before = snapshot(mock.world)
    headers = [(name.lower(), value), (b"authorization", value), (b"content-type", value)]
    answers = [
        wire(mock.app, "PUT", b"/v3/numbers/demo/order", b"{}", headers=headers),
        wire(mock.app, "GET", b"/v3/customers/demo/balance", headers=headers),
    ]
    assert ([answer.status < 500 for answer in answers], snapshot(mock.world)) == ([True, True], before)
