"""Facts one by one: what an exchange confirms, contradicts or adds, and what is proposed for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson
import pytest
import yaml

from mockserver.contract import Confidence, contract, load
from mockserver.drift import Basis, Drift, Kind, compare, propose, write
from mockserver.traffic import Answer, Exchange, Request
from tests.drift.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.drift.conftest import Service

OVERLAY_SCHEMA = Path(__file__).with_name("overlay-1.0.schema.yaml")
STARTED = 1_750_000_000_000
QUERY = "?apiKey=[redacted]"
COUNTRY = {"cShort": "12", "country": "United States", "carriers": ["any"]}
ORDER = {
    "sShort": "ds", "cShort": "12", "orderId": "1", "country": "United States", "service": "Discord", "carrier": "any",
    "phoneNumber": "1", "purchasePrice": 16, "status": "waiting", "expiredAtUTC": "2025-06-15 15:26:40",
    "orderedAtUTC": "2025-06-15 15:06:40", "sms": None, "code": None, "messages": [],
}  # fmt: skip


def exchange(
    method: str,
    path: str,
    answer: object,
    status: int = 200,
    body: object = None,
    content_type: str = "application/json",
    host: str = "service.test",
    **notes: Any,
) -> Exchange:
    content = answer if isinstance(answer, bytes) else orjson.dumps(answer)
    headers = (("content-type", "application/json"),) if body is not None else ()
    return Exchange(
        Request(method, f"https://{host}{path}", headers, b"" if body is None else orjson.dumps(body)),
        Answer(status, (("content-type", content_type),), content),
        STARTED,
        1,
        "",
        notes,
    )


def countries(*rows: object, status: int = 200, **notes: Any) -> Exchange:
    return exchange("GET", f"/v3/numbers/demo/countries{QUERY}", {"ok": True, "body": rows}, status, **notes)


def services(*rows: object) -> Exchange:
    return exchange("GET", f"/v3/numbers/demo/lookup/12/any{QUERY}", {"ok": True, "body": rows})


def order(**fields: object) -> Exchange:
    body = {
        "apiKey": "[redacted]", "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16",
        "m": "", "n": "", **fields,
    }  # fmt: skip
    done = {"orderId": "1", "phoneNumber": "1", "expiredAtUTC": "2025-06-15 15:06:40", "purchasePrice": 16}
    return exchange("PUT", "/v3/numbers/demo/order", {"ok": True, "body": done}, body=body)


def look(**fields: object) -> Exchange:
    return exchange("GET", f"/v3/numbers/demo/order/1{QUERY}", {"ok": True, "body": [{**ORDER, **fields}]})


def refused(answer: object, status: int, path: str = "/numbers/demo/lookup/12/any/xx") -> Exchange:
    return exchange("GET", f"/v3{path}{QUERY}", answer, status)


def drift(*exchanges: Exchange, overlays: Iterable[Path] = ()) -> tuple[Drift, Mapping[str, Basis]]:
    return compare(lambda: exchanges, overlays=tuple(overlays))


def differences(*exchanges: Exchange) -> list[tuple[Kind, str, str]]:
    return [(each.kind, each.what, each.name) for each in drift(*exchanges)[0].differences]


def test_what_an_answer_shows_is_confirmed() -> None:
    found, _ = drift(countries(COUNTRY), countries(COUNTRY, COUNTRY))
    times = {each.what: (each.times, each.provenance) for each in found.confirmed}
    assert times["v3.getCountries path"] == (2, Confidence.ASSUMED)
    assert times["v3.getCountries 200"] == (2, Confidence.ASSUMED)
    assert times["v3.getCountries 200 body.body[].carriers"] == (3, Confidence.ASSUMED)
    assert times["v3.getCountries query.apiKey"] == (2, Confidence.INFERRED)


def test_what_agrees_differs_in_nothing() -> None:
    assert differences(countries(COUNTRY), order()) == []


NEEDS = [
    pytest.param(
        services({"sShort": "ds", "service": "Discord", "price": "16", "count": 1}),
        [(Kind.VALUE, "200 body.body[].price", "type")],
        id="another type",
    ),
    pytest.param(
        services({"sShort": "ds", "service": "", "price": -1, "count": 1}),
        [(Kind.VALUE, "200 body.body[].service", "minLength"), (Kind.VALUE, "200 body.body[].price", "minimum")],
        id="values out of bounds",
    ),
    pytest.param(
        services({"sShort": "ds", "price": 16}),
        [(Kind.MISSING, "200 body.body[].service", "service"), (Kind.MISSING, "200 body.body[].count", "count")],
        id="missing fields",
    ),
    pytest.param(
        countries({**COUNTRY, "flag": {"emoji": "x", "sizes": [1, 2.5]}}),
        [(Kind.NEW_FIELD, "200 body.body[].flag", "flag")],
        id="a new field",
    ),
    pytest.param(
        exchange("GET", f"/v3/numbers/demo/popular{QUERY}", {"error": "slow down"}, 429),
        [(Kind.NEW_STATUS, "status", "429")],
        id="a new status",
    ),
    pytest.param(
        exchange(
            "PATCH", "/v3/customers/demo/favourites/12/ds", {"ok": True, "body": "favourite-kept"}, body={"apiKey": "x"}
        ),
        [(Kind.NEW_VALUE, "200 body.body", '"favourite-kept"')],
        id="a new value",
    ),
    pytest.param(order(maximumPrice="0.2"), [(Kind.GRANTED, "request body.maximumPrice", "pattern")], id="granted"),
    pytest.param(order(voice=True), [(Kind.NEW_PARAMETER, "request body.voice", "voice")], id="a new parameter"),
    pytest.param(
        exchange("GET", f"/v3/numbers/demo/popular{QUERY}&top=5", {"ok": True, "body": []}),
        [(Kind.NEW_PARAMETER, "request query.top", "top")],
        id="a new parameter of the query",
    ),
    pytest.param(
        look(status="paused"), [(Kind.NEW_VALUE, "200 body.body[].status", '"paused"')], id="a new word of a state"
    ),
    pytest.param(
        look(expiredAtUTC="2025-06-15T15:26:40Z"),
        [(Kind.VALUE, "200 body.body[].expiredAtUTC", "pattern")],
        id="another form of what several fields have",
    ),
    pytest.param(
        countries({**COUNTRY, "flag": None, "more": {"nothing": None, "none": []}}),
        [(Kind.NEW_FIELD, "200 body.body[].flag", "flag"), (Kind.NEW_FIELD, "200 body.body[].more", "more")],
        id="new fields that say nothing",
    ),
    pytest.param(
        exchange("GET", f"/v3/numbers/demo/countries{QUERY}", {"ok": "yes", "body": [COUNTRY]}),
        [(Kind.VALUE, "200 body.ok", "type"), (Kind.VALUE, "200 body.ok", "const")],
        id="another constant",
    ),
    pytest.param(
        refused({"ok": False, "errorMessage": "UNKNOWN_SERVICE"}, 422),
        [(Kind.FAILURE, "failure UNKNOWN_SERVICE", "UNKNOWN_SERVICE")],
        id="another status of a reason",
    ),
    pytest.param(
        refused({"ok": False, "errorMessage": "TOO_FAST", "wait": 5}, 429),
        [(Kind.NEW_STATUS, "status", "429")],
        id="a reason that is not known",
    ),
    pytest.param(
        refused({"ok": False, "errorMessage": "UNKNOWN_SERVICE", "hint": "try ds"}, 200),
        [(Kind.NEW_FIELD, "200 body.hint", "hint")],
        id="a new field of all failures",
    ),
    pytest.param(
        refused({"ok": False, "reason": "UNKNOWN_SERVICE"}, 200),
        [(Kind.FAILURE, "failure UNKNOWN_SERVICE", "UNKNOWN_SERVICE")],
        id="another name for the text of all failures",
    ),
]


@pytest.mark.parametrize(("seen", "expected"), NEEDS)
def test_what_differs_is_found(seen: Exchange, expected: list[tuple[Kind, str, str]]) -> None:
    assert differences(seen) == expected


@pytest.mark.parametrize(("seen", "expected"), NEEDS)
def test_with_the_proposal_nothing_differs(seen: Exchange, expected: object, tmp_path: Path) -> None:
    found, documents = drift(seen)
    overlay = propose(found, documents, "a test")
    assert overlay is not None
    (tmp_path / "proposed.yaml").write_text(write(overlay))
    assert drift(seen, overlays=[tmp_path / "proposed.yaml"])[0].differences == ()


@pytest.mark.parametrize(("seen", "expected"), NEEDS)
def test_the_proposal_can_be_used(seen: Exchange, expected: object, tmp_path: Path) -> None:
    (tmp_path / "proposed.yaml").write_text(write(propose(*drift(seen), "a test") or {}))
    assert contract(overlays=(tmp_path / "proposed.yaml",)).documents.keys() == contract().documents.keys()


@pytest.mark.parametrize(("seen", "expected"), NEEDS)
def test_the_proposal_is_an_overlay_by_the_published_schema(seen: Exchange, expected: object) -> None:
    schema = yaml.safe_load(OVERLAY_SCHEMA.read_text())
    overlay = propose(*drift(seen), "a test")
    jsonschema_rs.Draft202012Validator(schema).validate(yaml.safe_load(write(overlay or {})))


def test_what_is_proposed_is_marked_as_observed(tmp_path: Path) -> None:
    seen = countries({**COUNTRY, "flag": "x"})
    overlay = propose(*drift(seen, seen), "traffic.har")
    (tmp_path / "proposed.yaml").write_text(write(overlay or {}))
    document = load("v3", overlays=[tmp_path / "proposed.yaml"])
    (added,) = (
        each for each in drift(seen, seen, overlays=[tmp_path / "proposed.yaml"])[0].confirmed if "flag" in each.what
    )
    known = document.provenance(added.pointer)
    assert (known.level, known.source, known.date, known.times) == (Confidence.OBSERVED, "traffic.har", "2025-06-15", 2)


def test_where_nothing_differs_nothing_is_proposed() -> None:
    assert propose(*drift(countries(COUNTRY)), "a test") is None


def test_two_missing_fields_of_one_object_are_both_optional_afterwards(tmp_path: Path) -> None:
    seen = services({"sShort": "ds", "price": 16})
    (tmp_path / "proposed.yaml").write_text(write(propose(*drift(seen), "a test") or {}))
    assert drift(seen, overlays=[tmp_path / "proposed.yaml"])[0].differences == ()


RENAMED = [
    {"cShort": "12", "country": "United States", "operators": ["any", "tmobile"]},
    {"cShort": "16", "country": "United Kingdom", "operators": ["any", "o2"]},
]


def known_carriers() -> list[Exchange]:
    """Orders whose requests name carriers that the list of countries has, too."""
    return [order(carrier=name) for name in ("tmobile", "o2")]


def test_a_field_is_renamed_if_its_values_are_those_of_the_missing_one() -> None:
    assert (Kind.RENAMED, "200 body.body[].carriers", "carriers") in differences(*known_carriers(), countries(*RENAMED))


def test_a_field_that_is_missing_once_is_not_renamed() -> None:
    found = differences(*known_carriers(), countries(*RENAMED, COUNTRY))
    assert (Kind.MISSING, "200 body.body[].carriers", "carriers") in found


def test_a_field_whose_values_nothing_else_shows_is_not_the_missing_one() -> None:
    assert (Kind.MISSING, "200 body.body[].carriers", "carriers") in differences(countries(*RENAMED))


def test_a_field_of_another_kind_is_not_the_missing_one() -> None:
    other = {"cShort": "12", "country": "United States", "population": 7}
    assert {kind for kind, _, _ in differences(countries(other))} == {Kind.MISSING, Kind.NEW_FIELD}


def test_a_404_that_is_not_of_the_contract_is_evidence_against_the_path() -> None:
    lost = exchange("GET", f"/v3/numbers/demo/popular{QUERY}", b"<h1>Not Found</h1>", 404, content_type="text/html")
    assert differences(lost) == [(Kind.PATH, "path", "")]


def test_a_known_path_that_is_said_to_lead_nowhere_is_evidence_against_it() -> None:
    said = {"ok": False, "errorMessage": "NOT_FOUND"}
    lost = exchange("GET", f"/v3/numbers/demo/popular{QUERY}", said, 404)
    assert differences(lost) == [(Kind.PATH, "path", "")]


def test_a_sound_request_that_is_called_malformed_is_told() -> None:
    refused = exchange("GET", f"/v3/numbers/demo/popular{QUERY}", {"ok": False, "errorMessage": "no"}, 400)
    assert differences(refused) == [(Kind.REFUSED, "request", "")]


def test_an_unknown_path_that_is_answered_is_new() -> None:
    new = exchange("GET", f"/v3/numbers/demo/rentals/4711{QUERY}", {"ok": True, "body": {"days": 3}})
    (found,) = drift(countries(COUNTRY), new)[0].differences
    assert (found.kind, found.name) == (Kind.NEW_PATH, "/numbers/{userId}/rentals/{id}")


@pytest.mark.parametrize("host", ["fonts.test", "api-x.smsonline.cloud.evil.test"])
def test_paths_of_hosts_that_are_not_the_service_are_none_of_the_contract(host: str) -> None:
    stranger = exchange("GET", "/v3/numbers/demo/rentals/4711", {"ok": True}, host=host)
    assert differences(countries(COUNTRY), stranger) == []


RENTAL = "/v3/numbers/demo/rentals/4711"
NEW = [
    pytest.param(exchange("GET", f"{RENTAL}{QUERY}", {"ok": True, "body": {"days": 3}}), id="with a body"),
    pytest.param(exchange("DELETE", f"{RENTAL}{QUERY}", b"", 204), id="without a body"),
    pytest.param(exchange("DELETE", f"/v3/numbers/demo/order/1{QUERY}", {"ok": True}), id="another method of a path"),
    pytest.param(exchange("DELETE", f"{RENTAL}{QUERY}", {"ok": True}), id="with nothing but a flag"),
    pytest.param(exchange("GET", f"/v3/balance{QUERY}&userId=demo", {"ok": True, "body": 5}), id="the name of another"),
]


MADE = """
overlay: 1.0.0
info: {title: An order answers 202, version: '1'}
extends: v3.yaml
actions:
- target: $.paths['/numbers/{userId}/order'].put.responses
  update:
    '202': {description: Ordered., content: {application/json: {schema: {$ref: '#/components/schemas/PurchaseAnswer'}}}}
- {target: "$.paths['/numbers/{userId}/order'].put.responses['200']", remove: true}
"""


@pytest.mark.parametrize("new", NEW)
def test_a_new_path_gets_an_operation_that_the_mock_answers_as_seen(
    new: Exchange, serve: Callable[..., Service], tmp_path: Path
) -> None:
    overlay = propose(*drift(countries(COUNTRY), new), "a test")
    (tmp_path / "proposed.yaml").write_text(write(overlay or {}))
    service = serve({}, tmp_path / "proposed.yaml")
    url = new.request.url.replace("https", "http").replace("[redacted]", DEMO.key)
    served = service.client.request(new.request.method, url)
    assert new.answer is not None
    assert (served.status_code, served.content) == (new.answer.status, new.answer.body)


@pytest.mark.parametrize("new", NEW)
def test_with_a_new_path_nothing_differs(new: Exchange, tmp_path: Path) -> None:
    overlay = propose(*drift(countries(COUNTRY), new), "a test")
    (tmp_path / "proposed.yaml").write_text(write(overlay or {}))
    assert drift(countries(COUNTRY), new, overlays=[tmp_path / "proposed.yaml"])[0].differences == ()


FAILED = {"ok": False, "errorMessage": "UNAVAILABLE"}


def test_a_new_operation_answers_what_succeeded_though_it_failed_first(tmp_path: Path) -> None:
    new = [exchange("DELETE", f"{RENTAL}{QUERY}", answer) for answer in (FAILED, {"ok": True}, FAILED)]
    overlay = propose(*drift(countries(COUNTRY), *new), "a test")
    (tmp_path / "proposed.yaml").write_text(write(overlay or {}))
    overlays = [tmp_path / "proposed.yaml"]
    operation = contract(overlays=overlays).documents["v3"].operations["deleteNumbersUserIdRentalsId"]
    first = next(iter(operation.answers[200].examples.values()))
    assert (first.value, drift(countries(COUNTRY), *new, overlays=overlays)[0].differences) == ({"ok": True}, ())


def test_two_new_operations_of_one_path_are_both_proposed(tmp_path: Path) -> None:
    new = [exchange(method, f"{RENTAL}{QUERY}", {"ok": True}) for method in ("GET", "DELETE")]
    overlay = propose(*drift(countries(COUNTRY), *new), "a test")
    (tmp_path / "proposed.yaml").write_text(write(overlay or {}))
    document = contract(overlays=(tmp_path / "proposed.yaml",)).documents["v3"]
    assert {"getNumbersUserIdRentalsId", "deleteNumbersUserIdRentalsId"} <= document.operations.keys()


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND"])
def test_what_openapi_has_no_words_for_is_not_proposed(method: str) -> None:
    found, bases = drift(countries(COUNTRY), exchange(method, f"{RENTAL}{QUERY}", {"ok": True}))
    assert ([each.kind for each in found.differences], propose(found, bases, "a test")) == ([Kind.NEW_PATH], None)


def test_a_preflight_is_no_operation() -> None:
    asked = exchange("OPTIONS", "/v3/numbers/demo/order", b"", 204)
    headers = (("origin", "https://shop.test"), ("access-control-request-method", "PUT"))
    preflight = asked._replace(request=asked.request._replace(headers=headers))
    assert differences(countries(COUNTRY), preflight) == []


def test_a_reason_that_comes_with_several_statuses_keeps_its_own(tmp_path: Path) -> None:
    answers = [refused({"ok": False, "errorMessage": "UNKNOWN_SERVICE"}, status) for status in (200, 422)]
    found, bases = drift(*answers)
    (tmp_path / "proposed.yaml").write_text(write(propose(found, bases, "a test") or {}))
    failures = load("v3", overlays=[tmp_path / "proposed.yaml"]).failures
    assert [each.name for each in found.differences] == ["422"]
    assert failures is not None
    assert failures.entries["UNKNOWN_SERVICE"].status == 200


def test_a_status_that_would_be_taken_for_success_is_not_proposed(tmp_path: Path) -> None:
    (tmp_path / "made.yaml").write_text(MADE)
    seen = order()
    assert seen.answer is not None
    found, bases = drift(seen._replace(answer=seen.answer._replace(status=201)), overlays=[tmp_path / "made.yaml"])
    assert ([each.name for each in found.differences], propose(found, bases, "a test")) == (["201"], None)


INLINE = """
overlay: 1.0.0
info: {title: The schema of countries stands in their operation, version: '1'}
extends: v3.yaml
actions:
- target: $.paths['/numbers/{userId}/countries'].get.responses['200']
  update:
    content:
      application/json:
        schema:
          $ref: '#/components/schemas/CountriesAnswer'
          properties:
            ok: {type: boolean, const: true}
            body:
              type: array
              x-each: countries as country
              items:
                type: object
                required: [code]
                properties:
                  code: {type: string, enum: ['12'], x-value: country.code}
                  name: {$ref: '#/components/schemas/CountryCode', maxLength: 5, x-value: country.name}
"""


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"code": 12}, [Kind.VALUE, Kind.NEW_VALUE]),
        ({"code": "13"}, [Kind.NEW_VALUE]),
        ({"code": "12", "name": "United States"}, [Kind.VALUE]),
        ({"code": "12", "flag": "x"}, [Kind.NEW_FIELD]),
        ({"number": "12"}, [Kind.MISSING, Kind.NEW_FIELD]),
        ({}, [Kind.MISSING]),
    ],
)
def test_what_stands_in_an_operation_is_changed_there(row: object, expected: list[Kind], tmp_path: Path) -> None:
    files = [tmp_path / "inline.yaml", tmp_path / "proposed.yaml"]
    files[0].write_text(INLINE)
    found, bases = drift(countries(row), overlays=files[:1])
    files[1].write_text(write(propose(found, bases, "a test") or {}))
    later, _ = drift(countries(row), overlays=files)
    assert ([each.kind for each in found.differences], later.differences) == (expected, ())


def test_what_is_always_a_constant_and_once_is_not_is_still_written_as_one(
    serve: Callable[..., Service], tmp_path: Path
) -> None:
    other = exchange("GET", f"/v3/numbers/demo/countries{QUERY}", {"ok": 1, "body": [COUNTRY]})
    (tmp_path / "proposed.yaml").write_text(write(propose(*drift(countries(COUNTRY), other), "a test") or {}))
    service = serve({}, tmp_path / "proposed.yaml")
    assert service.client.get(f"{service.base}/v3/numbers/demo/countries?apiKey={DEMO.key}").json()["ok"] is True


def test_the_mock_makes_up_a_field_that_means_nothing(serve: Callable[..., Service], tmp_path: Path) -> None:
    overlay = propose(*drift(countries({**COUNTRY, "flag": {"sizes": [1, 2]}})), "a test")
    (tmp_path / "proposed.yaml").write_text(write(overlay or {}))
    service = serve({}, tmp_path / "proposed.yaml")
    answer = service.client.get(f"http://service.test/v3/numbers/demo/countries?apiKey={DEMO.key}").json()
    assert all(isinstance(row["flag"]["sizes"][0], int) for row in answer["body"])


def test_the_mock_writes_a_renamed_text_of_failures(serve: Callable[..., Service], tmp_path: Path) -> None:
    overlay = propose(*drift(refused({"ok": False, "reason": "UNKNOWN_SERVICE"}, 200)), "a test")
    (tmp_path / "proposed.yaml").write_text(write(overlay or {}))
    service = serve({}, tmp_path / "proposed.yaml")
    answer = service.client.get(f"http://service.test/v3/numbers/demo/order/99?apiKey={DEMO.key}").json()
    assert answer == {"ok": False, "reason": "ORDER_NOT_FOUND"}


@pytest.mark.parametrize(
    "notes", [{"faults": ["flaky"]}, {"stopped": "it would spend money"}], ids=["a fault of the mock", "the proxy"]
)
def test_what_the_service_did_not_answer_itself_is_no_evidence(notes: dict[str, Any]) -> None:
    found, _ = drift(countries({"broken": 1}, **notes), countries(COUNTRY))
    assert (found.differences, found.disturbed) == ((), 1)


def test_a_body_that_was_not_kept_is_not_judged() -> None:
    dropped = exchange("GET", f"/v3/numbers/demo/countries{QUERY}", b"", left_out=["answer"])
    assert differences(dropped) == []


@pytest.mark.parametrize("status", [200, 222, 400, 401, 402, 404, 405, 429, 500, 501])
@pytest.mark.parametrize("failures", ["envelope", "status"])
def test_an_unknown_body_contradicts_nothing(status: int, failures: str) -> None:
    exchanges = [
        exchange("GET", f"/v3/numbers/demo/countries{QUERY}", b"", status, left_out=["answer"]),
        exchange("PUT", "/v3/numbers/demo/order", b"", status, left_out=["answer", "request"]),
    ]
    found, _ = compare(lambda: exchanges, {"failures": failures})
    assert [each for each in found.differences if each.kind is not Kind.NEW_STATUS] == []


def test_what_says_nothing_about_the_contract_is_counted() -> None:
    other = exchange("GET", "/logo.png", b"", host="shop.test")
    unknown = exchange("GET", f"/v3/numbers/demo/countries{QUERY}", b"", left_out=["answer"])
    assert drift(countries(COUNTRY), other, unknown)[0].remarks == (
        "1 request is for another service.",
        "1 body is not in the recording.",
    )


def test_a_prefix_may_have_something_before_it() -> None:
    behind = exchange("GET", f"/gateway/v3/numbers/demo/countries{QUERY}", {"ok": True, "body": [COUNTRY]})
    assert drift(behind)[0].matched == 1


def test_traffic_that_contradicts_itself_settles_no_reading() -> None:
    refusals = [
        exchange("GET", f"/v3/numbers/demo/order/1{QUERY}", {"ok": False, "errorMessage": "ORDER_NOT_FOUND"}, status)
        for status in (200, 404)
    ]
    (failures,) = (each for each in drift(*refusals)[0].indications if each.reading == "failures")
    assert (failures.times, failures.verdict) == ({"envelope": 1, "status": 1}, "")
