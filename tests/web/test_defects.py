"""Requests that are broken: a clear 4xx in the generation's own words, never a 500, and the model stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from tests.conftest import Mock
    from tests.web.conftest import Answer, Snapshot, Wire

MEBIBYTE = 1024 * 1024
JSON = b"application/json"

ORDERS = {
    "v3": ("PUT", b"/v3/numbers/demo/order", b'"apiKey":"demo-key"'),
    "v2": ("POST", b"/cs/purchase", b'"userId":"demo","key":"demo-key"'),
}
BALANCES = {
    "v3": b"/v3/customers/demo/balance?apiKey=demo-key",
    "v2": b"/cs/getBalance?userId=demo&key=demo-key",
}

both = pytest.mark.parametrize("generation", ["v3", "v2"])


def order(maximum: bytes = b'"100"', extra: bytes = b"") -> bytes:
    """An order in which CREDENTIALS stands for the generation's own."""
    return b'{CREDENTIALS,"country":"12","service":"ds","carrier":"any","maximumPrice":%s,"m":"","n":""%s}' % (
        maximum,
        extra,
    )


def field(value: bytes) -> bytes:
    """An order with a field that the contract does not know."""
    return order(extra=b',"extra":' + value)


class Defect(NamedTuple):
    """A broken body, and how it is answered."""

    body: bytes
    status: int = 400
    says: str = "INVALID_REQUEST: "
    type: bytes = JSON


BODIES = {
    "empty": Defect(b"", says="INVALID_REQUEST: the body is empty"),
    "a space": Defect(b" ", says="INVALID_REQUEST: the body is not valid JSON"),
    "a form": Defect(b"country=12&service=ds", says="INVALID_REQUEST: the body is not valid JSON"),
    "cut off": Defect(order()[:-1], says="INVALID_REQUEST: the body is not valid JSON"),
    "two texts": Defect(order() + order(), says="INVALID_REQUEST: the body is not valid JSON"),
    "a byte order mark": Defect(b"\xef\xbb\xbf" + order(), says="INVALID_REQUEST: the body is not valid JSON"),
    "UTF-16": Defect(order().decode().encode("utf-16"), says="INVALID_REQUEST: the body is not valid JSON"),
    "a NUL byte": Defect(order(b'"1\0"'), says="INVALID_REQUEST: the body is not valid JSON"),
    "a NUL byte at the end": Defect(order() + b"\0", says="INVALID_REQUEST: the body is not valid JSON"),
    "an escaped NUL": Defect(order(b'"1\\u0000"')),
    "an escaped NUL in a text": Defect(order().replace(b'"ds"', b'"ds\\u0000"')),
    "invalid UTF-8": Defect(order(b'"\xff"'), says="INVALID_REQUEST: the body is not valid JSON"),
    "a surrogate in UTF-8": Defect(field(b'"\xed\xa0\x80"'), says="INVALID_REQUEST: the body is not valid JSON"),
    "half a character": Defect(field(b'"\\ud800"'), says="INVALID_REQUEST: the body is not valid JSON"),
    "the other half": Defect(field(b'"\\udc00"'), says="INVALID_REQUEST: the body is not valid JSON"),
    "1e400": Defect(order(b"1e400"), says="INVALID_REQUEST: the body is not valid JSON"),
    "1e400 where nothing is expected": Defect(field(b"1e400"), says="INVALID_REQUEST: the body is not valid JSON"),
    "5000 digits": Defect(order(b"9" * 5000), says="INVALID_REQUEST: the body is not valid JSON"),
    "NaN": Defect(order(b"NaN"), says="INVALID_REQUEST: the body is not valid JSON"),
    "Infinity": Defect(order(b"-Infinity"), says="INVALID_REQUEST: the body is not valid JSON"),
    "10**30": Defect(order(b"1" + b"0" * 30)),
    "10**300": Defect(order(b"1" + b"0" * 300)),
    "1e30": Defect(order(b"1e30")),
    "1e-400": Defect(order(b"1e-400"), status=222, says="Additional user action required"),
    "minus one": Defect(order(b"-1")),
    "half a cent": Defect(order(b"0.5")),
    "a negative text": Defect(order(b'"-1"')),
    "a text with an exponent": Defect(order(b'"1e3"')),
    "5000 digits in a text": Defect(order(b'"' + b"9" * 5000 + b'"')),
    "null": Defect(order(b"null")),
    "a boolean": Defect(order(b"true")),
    "an array": Defect(order(b"[1]")),
    "an object": Defect(order(b'{"a":1}')),
    "digits of another script": Defect(order('"٣"'.encode())),
    "a line break": Defect(order(b'"10\\n"')),
    "a field twice": Defect(
        order(extra=b',"country":"16"'), says='INVALID_REQUEST: the body has the field "country" twice'
    ),
    "the credentials twice": Defect(order(extra=b",CREDENTIALS"), says="INVALID_REQUEST: the body has the field "),
    "a field twice, once escaped": Defect(
        order(extra=b',"c\\u006funtry":"16"'), says='INVALID_REQUEST: the body has the field "country" twice'
    ),
    "a field twice, deep inside": Defect(
        field(b'[{"a":{"b":1,"b":2}}]'), says='INVALID_REQUEST: the body has the field "b" twice'
    ),
    "201 deep": Defect(field(b"[" * 201 + b"]" * 201)),
    "1000 deep": Defect(field(b"[" * 1000 + b"]" * 1000), says="INVALID_REQUEST: the body is nested too deeply"),
    "1000 objects deep": Defect(
        field(b'{"a":' * 1000 + b"1" + b"}" * 1000), says="INVALID_REQUEST: the body is nested too deeply"
    ),
    "100000 deep": Defect(field(b"[" * 100_000), says="INVALID_REQUEST: the body is not valid JSON"),
    "no object": Defect(b"[]", 401, "UNAUTHORIZED"),
    "just null": Defect(b"null", 401, "UNAUTHORIZED"),
    "just a number": Defect(b"0", 401, "UNAUTHORIZED"),
    "just a text": Defect(b'"demo-key"', 401, "UNAUTHORIZED"),
    "an empty object": Defect(b"{}", 401, "UNAUTHORIZED"),
    "nothing but the credentials": Defect(b"{CREDENTIALS}"),
    "an empty country": Defect(order().replace(b'"12"', b'""')),
    "a country that is a number": Defect(order().replace(b'"12"', b"12")),
    "a country of 65 characters": Defect(order().replace(b'"12"', b'"' + b"x" * 65 + b'"')),
    "no type": Defect(order(), 415, "UNSUPPORTED_MEDIA_TYPE", type=b""),
    "the type of a form": Defect(order(), 415, "UNSUPPORTED_MEDIA_TYPE", type=b"application/x-www-form-urlencoded"),
    "the type of a text": Defect(order(), 415, "UNSUPPORTED_MEDIA_TYPE", type=b"text/plain; charset=utf-8"),
    "a type like JSON": Defect(order(), 415, "UNSUPPORTED_MEDIA_TYPE", type=b"application/json5"),
    "a type that is none": Defect(order(), 415, "UNSUPPORTED_MEDIA_TYPE", type=b"\xff;\0"),
    "over a mebibyte": Defect(b" " * (MEBIBYTE + 1), 413, "CONTENT_TOO_LARGE"),
    "over a mebibyte of no type": Defect(b" " * (MEBIBYTE + 1), 413, "CONTENT_TOO_LARGE", type=b""),
}
V3_ONLY = {
    "1e-400",  # a number is a maximumPrice in V3 only; this one reads as 0
}

every_body = pytest.mark.parametrize(
    ("generation", "defect"),
    [
        pytest.param(generation, defect, id=f"{generation}-{name}")
        for name, defect in BODIES.items()
        for generation in ("v3", "v2")
        if generation == "v3" or name not in V3_ONLY
    ],
)


def send(wire: Wire, mock: Mock, generation: str, body: bytes, media_type: bytes = JSON) -> Answer:
    method, target, credentials = ORDERS[generation]
    headers = [(b"content-type", media_type)]
    return wire(mock.app, method, target, body.replace(b"CREDENTIALS", credentials), headers=headers)


@both
def test_the_order_that_is_broken_below_is_sound(mock: Mock, wire: Wire, generation: str) -> None:
    answer = send(wire, mock, generation, field(b'{"a":[1,null,"x",{"b":1.5}]}'))
    assert (answer.status, answer.failure) == (200, None)


@every_body
def test_a_broken_body_is_refused_with_its_reason(mock: Mock, wire: Wire, generation: str, defect: Defect) -> None:
    answer = send(wire, mock, generation, defect.body, defect.type)
    assert (answer.status, str(answer.failure)[: len(defect.says)]) == (defect.status, defect.says)


@every_body
def test_a_broken_body_changes_nothing(
    mock: Mock, wire: Wire, snapshot: Snapshot, generation: str, defect: Defect
) -> None:
    before = snapshot(mock.world)
    send(wire, mock, generation, defect.body, defect.type)
    assert snapshot(mock.world) == before


@every_body
def test_the_key_is_never_told(mock: Mock, wire: Wire, generation: str, defect: Defect) -> None:
    assert b"demo-key" not in send(wire, mock, generation, defect.body, defect.type).content


@both
def test_a_body_of_a_mebibyte_is_read(mock: Mock, wire: Wire, generation: str) -> None:
    method, target, credentials = ORDERS[generation]
    sound = order().replace(b"CREDENTIALS", credentials).ljust(MEBIBYTE)
    assert wire(mock.app, method, target, sound[:1000], sound[1000:]).status == 200


@both
@pytest.mark.parametrize("chunks", [1, 2, 100], ids=lambda count: f"{count} chunks")
def test_a_longer_body_is_refused_however_it_comes(mock: Mock, wire: Wire, generation: str, chunks: int) -> None:
    method, target, _ = ORDERS[generation]
    size = MEBIBYTE // chunks + 1
    answer = wire(mock.app, method, target, *[b" " * size] * chunks)
    assert (answer.status, answer.headers[b"connection"]) == (413, b"close")


def test_a_body_that_no_operation_takes_is_ignored(mock: Mock, wire: Wire) -> None:
    assert wire(mock.app, "GET", BALANCES["v3"], b"\xff" * (MEBIBYTE + 1)).status == 200


QUERIES = {
    "invalid UTF-8": (b"&x=%ff", 400),
    "bytes that are not ASCII": (b"&x=\xff", 400),
    "half a character": (b"&x=%ed%a0%80", 400),
    "a broken escape": (b"&x=%zz", 400),
    "a lonely percent": (b"&x=%", 400),
    "the key twice": (b"&apiKey=demo-key&key=demo-key", 401),
    "the key twice, once empty": (b"&apiKey=&key=", 401),
}

every_query = pytest.mark.parametrize(("extra", "status"), QUERIES.values(), ids=QUERIES)


@both
@every_query
def test_a_broken_query_is_refused(mock: Mock, wire: Wire, generation: str, extra: bytes, status: int) -> None:
    answer = wire(mock.app, "GET", BALANCES[generation] + extra)
    assert (answer.status, answer.failure is not None) == (status, True)


@both
@every_query
def test_a_broken_query_does_not_tell_the_key(
    mock: Mock, wire: Wire, generation: str, extra: bytes, status: int
) -> None:
    assert b"demo-key" not in wire(mock.app, "GET", BALANCES[generation] + extra).content


@both
@pytest.mark.parametrize("extra", [b"&x=%00", b"&x=\0", b"&%00=x"])
def test_a_parameter_that_nothing_names_may_hold_nul(mock: Mock, wire: Wire, generation: str, extra: bytes) -> None:
    assert wire(mock.app, "GET", BALANCES[generation] + extra).status == 200


@both
@pytest.mark.parametrize("value", [b'[{"a":"\\u0000"}]', b'{"\\u0000":1}'])
def test_a_field_that_nothing_names_may_hold_nul(mock: Mock, wire: Wire, generation: str, value: bytes) -> None:
    assert send(wire, mock, generation, field(value)).status == 200


@pytest.mark.parametrize(
    ("target", "place"),
    [
        (b"/v3/customers/demo/cryptomus/transaction/%00?apiKey=demo-key", "path.order_id"),
        (b"/v3/numbers/demo/lookup/12%00/any?apiKey=demo-key", "path.country"),
        (b"/v3/statistics/demo?apiKey=demo-key&from=%00", "query.from"),
        (b"/cs/getServices?userId=demo&key=demo-key&country=12&carrier=%00", "query.carrier"),
        (b"/cs/getBulkPhoneStatus?userId=demo&key=demo-key&service=%00", "query.service"),
    ],
)
def test_a_named_text_that_holds_nul_is_refused_by_its_schema(
    mock: Mock, wire: Wire, target: bytes, place: str
) -> None:
    answer = wire(mock.app, "GET", target)
    assert (answer.status, f" {place} must match ^[^\\x00]*$, " in str(answer.failure)) == (400, True)


@both
def test_an_unknown_parameter_is_ignored(mock: Mock, wire: Wire, generation: str) -> None:
    assert wire(mock.app, "GET", BALANCES[generation] + b"&x=1&x=2&" + b"y" * 100_000).status == 200


@pytest.mark.parametrize(
    ("target", "place"),
    [
        (b"/v3/statistics/demo?apiKey=demo-key&from=2025-01-01&from=2025-01-02", "query.from must be given once"),
        (b"/cs/getPhoneStatus?userId=demo&key=demo-key&orderId=1&orderId=1", "query.orderId must be given once"),
        (b"/cs/getPhoneStatus?userId=demo&key=demo-key", "query.orderId is required"),
        (b"/cs/getPhoneStatus?userId=demo&key=demo-key&orderId=", "query.orderId must match ^[0-9]{1,19}$"),
        (b"/cs/checkout/crypto?userId=demo&key=demo-key&amount=1e400", "query.amount must be an integer"),
        (b"/cs/checkout/crypto?userId=demo&key=demo-key&amount=" + b"9" * 5000, "query.amount must be "),
        (b"/cs/checkout/crypto?userId=demo&key=demo-key&amount=NaN", "query.amount must be an integer"),
        (b"/cs/checkout/crypto?userId=demo&key=demo-key&amount=-0", "query.amount must be at least 1"),
        (b"/cs/checkout/crypto?userId=demo&key=demo-key&amount=+5", "query.amount must be an integer"),
        (b"/v3/numbers/demo/order/" + b"9" * 20 + b"?apiKey=demo-key", "path.orderId must match ^[0-9]{1,19}$"),
        (b"/v3/numbers/demo/order/%D9%A3?apiKey=demo-key", "path.orderId must match ^[0-9]{1,19}$"),
        (b"/v3/numbers/demo/inventory/99999?apiKey=demo-key", "path.limit must match ^[0-9]{1,4}$"),
        (b"/v3/numbers/demo/inventory/-1?apiKey=demo-key", "path.limit must match ^[0-9]{1,4}$"),
        (b"/v3/numbers/demo/inventory/5%0A?apiKey=demo-key", "path.limit must match ^[0-9]{1,4}$"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(mock: Mock, wire: Wire, target: bytes, place: str) -> None:
    answer = wire(mock.app, "GET", target)
    assert (answer.status, place in str(answer.failure)) == (400, True)


def test_a_reason_names_the_operation_and_where_the_rule_stands(mock: Mock) -> None:
    said = mock.v3.order(maximumPrice="0.2").json()["errorMessage"]
    assert said.startswith(
        'INVALID_REQUEST: v3.orderNumber: body.maximumPrice must match ^[0-9]{1,9}$, got "0.2" (v3.yaml:'
    )


def test_all_that_is_wrong_is_told_at_once(mock: Mock) -> None:
    said = mock.v3.order(country="", maximumPrice=-1, m=None).json()["errorMessage"]
    assert [place in said for place in ("body.country", "body.maximumPrice", "body.m")] == [True, True, True]


# The key may stand in a wrong place and still is not told.


@pytest.mark.parametrize(
    "changes",
    [
        {"maximumPrice": "demo-key"},
        {"maximumPrice": ["demo-key"]},
        {"maximumPrice": {"demo-key": 1}},
        {"country": "x" * 70 + "demo-key"},
        {"country": ["demo-key"]},
        {"failover": "demo-key"},
        {"apiKey": "demo-key", "m": None},
    ],
)
def test_the_key_is_not_told_from_another_field(mock: Mock, changes: dict[str, object]) -> None:
    answer = mock.v3.order(**changes)
    assert (answer.status_code, "demo-key" in answer.text) == (400, False)


@pytest.mark.parametrize(
    "url",
    [
        "/v3/numbers/demo/inventory/demo-key?apiKey=demo-key",
        "/v3/numbers/demo/order/demo-key?apiKey=demo-key",
        "/v3/statistics/demo?apiKey=demo-key&from=demo-key",
        "/cs/checkout/crypto?userId=demo&key=demo-key&amount=demo-key",
        "/cs/getBulkPhoneStatus?userId=demo&key=demo-key&status=demo-key",
    ],
)
def test_the_key_is_not_told_from_another_parameter(mock: Mock, url: str) -> None:
    answer = mock.client.get(url)
    assert (answer.status_code, "demo-key" in answer.text) == (400, False)
