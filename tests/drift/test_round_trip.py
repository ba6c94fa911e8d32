"""A service that differs from the contract: drift finds exactly how, and its proposal makes both agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mockserver.contract import readings
from mockserver.drift import Drift, Kind, compare, propose, write
from mockserver.traffic.recordings import read
from tests.drift.conftest import day

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.drift.conftest import Service

    Serve = Callable[..., Service]

ALTERNATIVES = [
    (reading.name, value) for reading in readings().values() for value in reading.values if value != reading.default
]

MOVED_AND_RENAMED = """
overlay: 1.0.0
info: {title: The real service, version: '1'}
extends: v3.yaml
actions:
- target: $.paths
  update:
    /catalogue/{userId}/places:
      get:
        operationId: getCountries
        x-operation: countries
        x-provenance: {level: observed, source: a test}
        parameters:
        - $ref: '#/components/parameters/userId'
        - $ref: '#/components/parameters/apiKey'
        responses:
          '200':
            description: The countries.
            content:
              application/json:
                schema: {$ref: '#/components/schemas/CountriesAnswer'}
- target: $.paths['/numbers/{userId}/countries']
  remove: true
- target: $.components.schemas.OrderItem.properties
  update:
    receivedMessages: {x-renamed-from: messages}
- target: $.components.schemas.OrderItem.properties.messages
  remove: true
- target: $.components.schemas.OrderItem
  update:
    required: [sShort, cShort, orderId, country, service, carrier, phoneNumber, purchasePrice, status,
               expiredAtUTC, orderedAtUTC, sms, code, receivedMessages]
"""


def told(found: Drift) -> set[tuple[Kind, str, str]]:
    return {(each.kind, each.operation, each.instead or each.name) for each in found.differences}


def compared(path: Path, *overlays: Path) -> tuple[Drift, Any]:
    return compare(lambda: read(path), overlays=overlays)


def proposed(path: Path, tmp_path: Path) -> Path:
    """The file of the overlay that is proposed for a recording."""
    overlay = propose(*compared(path), "a test")
    assert overlay is not None
    file = tmp_path / "proposed.yaml"
    file.write_text(write(overlay))
    return file


def test_the_mock_as_it_is_differs_in_nothing(serve: Serve) -> None:
    service = serve()
    day(service)
    found, _ = compared(service.recorded())
    assert (told(found), found.matched) == (set(), found.exchanges)


def test_the_mock_as_it_is_has_the_default_of_every_reading(serve: Serve) -> None:
    service = serve()
    day(service)
    found, _ = compared(service.recorded())
    assert {each.reading: each.verdict for each in found.indications} == {
        name: reading.default for name, reading in readings().items()
    }


@pytest.mark.parametrize(("reading", "value"), ALTERNATIVES)
def test_the_reading_of_a_service_is_all_that_differs(serve: Serve, reading: str, value: str) -> None:
    service = serve({reading: value})
    day(service)
    found, _ = compared(service.recorded())
    assert told(found) == {(Kind.READING, "", value)}


@pytest.mark.parametrize(("reading", "value"), ALTERNATIVES)
def test_the_proposal_chooses_the_reading(serve: Serve, tmp_path: Path, reading: str, value: str) -> None:
    service = serve({reading: value})
    day(service)
    overlay = proposed(service.recorded(), tmp_path)
    assert yaml.safe_load(overlay.read_text())["x-readings"] == {reading: value}
    assert compared(service.recorded(), overlay)[0].differences == ()


def test_a_moved_path_and_a_renamed_field_are_all_that_differs(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text(MOVED_AND_RENAMED)
    service = serve({}, tmp_path / "real.yaml")
    day(service)
    found, _ = compared(service.recorded())
    assert told(found) == {
        (Kind.MOVED, "v3.getCountries", "/catalogue/{userId}/places"),
        (Kind.RENAMED, "v3.getOrder", "receivedMessages"),
        (Kind.RENAMED, "v3.getInventory", "receivedMessages"),
    }


def test_with_the_proposal_the_mock_agrees_with_the_service(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text(MOVED_AND_RENAMED)
    service = serve({}, tmp_path / "real.yaml")
    day(service)
    recording = service.recorded()
    overlay = proposed(recording, tmp_path)
    assert compared(recording, overlay)[0].differences == ()
    twin = serve({}, overlay)
    day(twin)
    assert compared(twin.recorded("twin.jsonl"), tmp_path / "real.yaml")[0].differences == ()
