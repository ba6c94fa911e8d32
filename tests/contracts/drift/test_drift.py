"""Facts one by one: what an exchange confirms, contradicts or adds, and what is proposed for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson
import pytest
import yaml

from contracts.drift import Drift, Kind, compare, propose, write
from contracts.spec import Document, Level, load
from contracts.traffic import Answer, Exchange, Request

if TYPE_CHECKING:
    from collections.abc import Iterable

OVERLAY_SCHEMA = Path(__file__).with_name("overlay-1.0.schema.yaml")
STARTED = 1_750_000_000_000
QUERY = "?apiKey=[redacted]"
COUNTRY = {"cShort": "12", "country": "United States", "carriers": ["any"]}


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


def drift(*exchanges: Exchange, overlays: Iterable[Path] = ()) -> tuple[Drift, dict[str, Document]]:
    return compare(lambda: exchanges, overlays=tuple(overlays))


def differences(*exchanges: Exchange) -> list[tuple[Kind, str, str]]:
    return [(each.kind, each.what, each.name) for each in drift(*exchanges)[0].differences]


def test_what_an_answer_shows_is_confirmed() -> None:
    found, _ = drift(countries(COUNTRY), countries(COUNTRY, COUNTRY))
    times = {each.what: (each.times, each.provenance) for each in found.confirmed}
    assert times["v3.getCountries path"] == (2, Level.ASSUMED)
    assert times["v3.getCountries 200"] == (2, Level.ASSUMED)
    assert times["v3.getCountries 200 body.body[].carriers"] == (3, Level.ASSUMED)
    assert times["v3.getCountries query.apiKey"] == (2, Level.INFERRED)


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
    assert (known.level, known.source, known.date, known.times) == (Level.OBSERVED, "traffic.har", "2025-06-15", 2)


def test_where_nothing_differs_nothing_is_proposed() -> None:
    assert propose(*drift(countries(COUNTRY)), "a test") is None


def test_two_missing_fields_of_one_object_are_both_optional_afterwards(tmp_path: Path) -> None:
    seen = services({"sShort": "ds", "price": 16})
    (tmp_path / "proposed.yaml").write_text(write(propose(*drift(seen), "a test") or {}))
    assert drift(seen, overlays=[tmp_path / "proposed.yaml"])[0].differences == ()


def test_a_field_that_is_missing_once_is_not_renamed() -> None:
    renamed = {"cShort": "12", "country": "United States", "operators": ["any"]}
    assert (Kind.RENAMED, "200 body.body[].carriers", "carriers") in differences(countries(renamed))
    assert (Kind.MISSING, "200 body.body[].carriers", "carriers") in differences(countries(renamed, COUNTRY))


def test_a_field_of_another_kind_is_not_the_missing_one() -> None:
    other = {"cShort": "12", "country": "United States", "population": 7}
    assert {kind for kind, _, _ in differences(countries(other))} == {Kind.MISSING, Kind.NEW_FIELD}


def test_a_404_that_is_not_of_the_contract_is_evidence_against_the_path() -> None:
    lost = exchange("GET", f"/v3/numbers/demo/popular{QUERY}", b"<h1>Not Found</h1>", 404, content_type="text/html")
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


def test_a_new_path_gets_an_operation_that_the_mock_answers_as_seen(tmp_path: Path) -> None:
    from mockserver.dialects.every import dialects

    new = exchange("GET", f"/v3/numbers/demo/rentals/4711{QUERY}", {"ok": True, "body": {"days": 3}})
    overlay = propose(*drift(countries(COUNTRY), new), "a test")
    (tmp_path / "proposed.yaml").write_text(write(overlay or {}))
    v3, _ = dialects({}, (tmp_path / "proposed.yaml",))
    (name,) = (name for name in v3.document.operations if "Rentals" in name)
    reply = v3.answer(name, None, None)  # type: ignore[arg-type]
    assert (reply.status, reply.body) == (200, {"ok": True, "body": {"days": 3}})


@pytest.mark.parametrize(
    "notes", [{"faults": ["flaky"]}, {"stopped": "it would spend money"}], ids=["a fault of the mock", "the proxy"]
)
def test_what_the_service_did_not_answer_itself_is_no_evidence(notes: dict[str, Any]) -> None:
    found, _ = drift(countries({"broken": 1}, **notes), countries(COUNTRY))
    assert (found.differences, found.disturbed) == ((), 1)


def test_a_body_that_was_not_kept_is_not_judged() -> None:
    dropped = exchange("GET", f"/v3/numbers/demo/countries{QUERY}", b"", left_out=["answer"])
    assert differences(dropped) == []


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
