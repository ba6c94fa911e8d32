"""Overlays that users may write: each works as it says, or is refused where it is wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from mockserver.contract import LocatedError, contract
from mockserver.serving.setup import Settings, set_up
from tests.conftest import V3, InProcess

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "overlay: 1.0.0\ninfo: {title: A test, version: '1'}\nextends: v3.yaml\n"

FAILURE_RENAMED = f"""{HEAD}actions:
- target: $.components.schemas.Failure.properties
  update:
    reason: {{type: string, x-renamed-from: errorMessage}}
- target: $.components.schemas.Failure.properties.errorMessage
  remove: true
- target: $.components.schemas.Failure
  update: {{required: [ok, reason]}}
"""

MOVED_TO_THE_QUERY = f"""{HEAD}actions:
- target: $.paths
  update:
    /phones/services:
      get:
        operationId: listServices
        x-effect: reads
        x-provenance: {{level: observed, source: by hand}}
        parameters:
        - {{name: userId, in: query, required: true, schema: {{type: string}}, x-credential: user}}
        - {{name: apiKey, in: query, required: true, schema: {{type: string}}, x-credential: key}}
        - {{name: country, in: query, required: true, schema: {{type: string}}}}
        - {{name: carrier, in: query, required: true, schema: {{type: string}}}}
        responses:
          '200':
            description: The services.
            content:
              application/json:
                schema: {{$ref: '#/components/schemas/ServicesAnswer'}}
- target: $.paths['/numbers/{{userId}}/lookup/{{country}}/{{carrier}}']
  remove: true
"""

ANNOTATED = (
    MOVED_TO_THE_QUERY.replace("x-effect: reads", "x-operation: services")
    .replace("{name: country, in", "{name: country, x-argument: country, in")
    .replace("{name: carrier, in", "{name: carrier, x-argument: carrier, in")
)


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    return tmp_path / "overlay.yaml"


def served(overlay: Path) -> V3:
    mock = set_up("default", settings=Settings(overlays=(overlay,)))
    return V3(httpx.Client(transport=InProcess(mock.app), base_url="http://mock"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            MOVED_TO_THE_QUERY,
            "overlay.yaml:8:7: /actions/0/update/~1phones~1services/get: makes v3 invalid at "
            "/paths/~1phones~1services/get: an operation needs x-operation",
            id="an operation of which nothing says what it is",
        ),
        pytest.param(
            ANNOTATED.replace("x-argument: country, ", ""),
            "overlay.yaml:10:9: /actions/0/update/~1phones~1services/get/x-operation: makes v3 invalid at "
            "/paths/~1phones~1services/get/x-operation: the argument country has no place: ",
            id="an argument that stands nowhere",
        ),
        pytest.param(
            ANNOTATED.replace("x-argument: country", "x-argument: cuontry"),
            "overlay.yaml:15:27: /actions/0/update/~1phones~1services/get/parameters/2/x-argument: makes v3 invalid at "
            "/paths/~1phones~1services/get/parameters/2/x-argument: services has no argument cuontry, "
            "did you mean country?",
            id="an unknown argument",
        ),
        pytest.param(
            f"{HEAD.replace('v3.yaml', 'v4.yaml')}actions:\n- {{target: $.paths, remove: true}}\n",
            "overlay.yaml:3:10: /extends: there is no document v4.yaml, did you mean v3.yaml?; "
            "there are v3.yaml, v2.yaml",
            id="an unknown document",
        ),
        pytest.param(
            f"{HEAD}actions:\n- {{target: $.info, x-document: v4, update: {{title: x}}}}\n",
            "overlay.yaml:5:32: /actions/0/x-document: there is no document v4; there are v3, v2",
            id="an action for an unknown document",
        ),
        pytest.param(
            f"{HEAD}actions:\n- target: $.paths['/customers/{{userId}}/blance']\n  remove: true\n",
            "overlay.yaml:5:11: /actions/0/target: $.paths['/customers/{userId}/blance'] selects nothing, "
            "did you mean /customers/{userId}/balance?",
            id="a target that meets nothing",
        ),
        pytest.param(
            f"{HEAD}actions:\n- target: $..*..*..*..*..*..*..*\n  update: {{x-note: seen}}\n",
            "overlay.yaml:5:3: /actions/0: $..*..*..*..*..*..*..* contains .. more than 2 times",
            id="a target without end",
        ),
        pytest.param(
            f"{HEAD}actions:\n- target: $..*..*\n  update: {{x-note: seen}}\n",
            "overlay.yaml:5:3: /actions/0: $..*..* selects more than 10000 values",
            id="a target that meets everything",
        ),
        pytest.param(
            FAILURE_RENAMED.replace("x-renamed-from: errorMessage", "x-renamed-from: errorMesage"),
            "overlay.yaml:7:44: /actions/0/update/reason/x-renamed-from: "
            "there is no errorMesage here, did you mean errorMessage?",
            id="another name for what there is not",
        ),
        pytest.param(
            f"{HEAD}x-rulez: {{lifetime: 15m}}\nactions: []\n",
            "overlay.yaml:4:1: /x-rulez: there is no field x-rulez here, did you mean x-rules?",
            id="an extension that is misspelt",
        ),
        pytest.param(
            f"{HEAD}actions:\n- target: $.info\n  x-documnt: v2\n  update: {{x-note: seen}}\n",
            "overlay.yaml:6:3: /actions/0/x-documnt: there is no field x-documnt here, did you mean x-document?",
            id="an extension of an action that is misspelt",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(overlay: Path, text: str, message: str) -> None:
    overlay.write_text(text)
    with pytest.raises(LocatedError, match=re.escape(message)):
        contract(overlays=(overlay,))


def test_an_extension_of_somebody_else_means_nothing(overlay: Path) -> None:
    overlay.write_text(f"{HEAD}x-team: {{name: payments}}\nactions: []\n")
    assert contract(overlays=(overlay,)).rules == contract().rules


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEAD}actions: {{a: 1}}\n", "is not of type"),
        (f"{HEAD}actions: [1]\n", "an action needs a target"),
        (f"{HEAD}actions: []\nx-rules: [1]\nx-readings: 5\n", "is not of type"),
    ],
    ids=["actions", "an action", "rules and readings"],
)
def test_a_part_of_another_type_is_told(overlay: Path, text: str, message: str) -> None:
    overlay.write_text(text)
    with pytest.raises(LocatedError, match=message):
        contract(overlays=(overlay,))


MANY_MISTAKES = """\
overlay: 1.0.0
info: {title: A mistake in every part, version: '1'}
extends: v3.yaml
x-rules: {lifetme: 15m}
x-readings: {expire: kept}
actions:
- target: $.components.schemas.OrderItem.properties
  update:
    cost: {x-renamed-from: purchasePric, type: string, x-unit: dollars}
- target: $.components.schemas.OrderItem.properties.purchasePrice
  remove: true
- target: $.components.schemas.OrderItem.required[?@ == 'purchasePrice']
  remove: true
- target: $.components.schemas.PopularOffer.properties.price
  update: {x-unit: pence}
- target: $.components.schemas.OrderStats
  update: {x-words: {completed: done}}
- target: $.components.schemas.OrderStatus
  update: {x-words: {complete: done}}
- target: $[
  remove: true
- target: $.info
  remve: true
- target: $.info
  x-documen: v3
  update: {x-note: seen}
"""

MISTAKES = [
    "4:11: /x-rules/lifetme: makes v3 invalid at /x-rules/lifetme: there is no rule lifetme, did you mean lifetime?",
    "5:22: /x-readings/expire: there is no reading of this name, did you mean expiry?",
    "9:28: /actions/0/update/cost/x-renamed-from: there is no purchasePric here, did you mean purchasePrice?",
    (
        "15:12: /actions/3/update/x-unit: makes v3 invalid at "
        "/components/schemas/PopularOffer/properties/price/x-unit: x-unit must be one of "
    ),
    "16:11: /actions/4/target: $.components.schemas.OrderStats selects nothing, did you mean OrderStatus?",
    (
        "19:12: /actions/5/update/x-words: makes v3 invalid at /components/schemas/OrderStatus/x-words: "
        "complete is not one of the words waiting, completed, refunded, expired, did you mean completed?"
    ),
    "20:3: /actions/6: $[ is not a JSONPath: unexpected end of query",
    "22:3: /actions/7: an action needs a target, and an update or remove: true",
    "23:3: /actions/7/remve: there is no field remve here, did you mean remove?",
    "25:3: /actions/8/x-documen: there is no field x-documen here, did you mean x-document?",
]


def test_all_mistakes_are_told_at_once_and_nothing_else(overlay: Path) -> None:
    overlay.write_text(MANY_MISTAKES)
    with pytest.raises(LocatedError) as raised:
        contract(overlays=(overlay,))
    told = [str(problem).removeprefix(f"{overlay}:") for problem in raised.value.problems]
    assert [told.startswith(expected) for told, expected in zip(told, MISTAKES, strict=True)] == [True] * len(MISTAKES)


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["verify", "--suite", "examples"]], ids=" ".join)
def test_a_command_tells_all_mistakes_before_it_starts(overlay: Path, command: list[str]) -> None:
    overlay.write_text(MANY_MISTAKES)
    run = subprocess.run(  # noqa: S603 - our own commands
        [sys.executable, "-m", "mockserver", *command, "--overlay", str(overlay)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    told = run.stderr.removeprefix("Error: ").splitlines()
    assert (run.returncode, run.stdout, len(told)) == (2, "", len(MISTAKES)), run.stderr
    assert all(line.startswith(f"{overlay}:{expected}") for line, expected in zip(told, MISTAKES, strict=True)), (
        run.stderr
    )


WRONG_IN_BOTH = """\
overlay: 1.0.0
info: {title: Wrong in three places, version: '1'}
actions:
- target: $.components.schemas.OrderItm
  update: {description: An order.}
- target: $.paths[?@.get['x-operation'] == 'balance'].get
  update: {x-operation: balanc}
"""


@pytest.mark.parametrize("message", ["OrderItm selects nothing", "makes v3 invalid", "makes v2 invalid"])
def test_what_is_wrong_in_one_document_hides_nothing_that_is_wrong_elsewhere(overlay: Path, message: str) -> None:
    overlay.write_text(WRONG_IN_BOTH)
    with pytest.raises(LocatedError, match=message):
        contract(overlays=(overlay,))


def test_a_renamed_text_of_failures_is_written(overlay: Path) -> None:
    overlay.write_text(FAILURE_RENAMED)
    answer = served(overlay).get("/numbers/{user}/order/99").json()
    assert answer == {"ok": False, "reason": "ORDER_NOT_FOUND"}


def test_a_renamed_text_of_failures_is_read(overlay: Path) -> None:
    overlay.write_text(FAILURE_RENAMED)
    operation = contract(overlays=(overlay,)).documents["v3"].by_purpose["look"]
    refused = operation.read_answer(200, {"ok": False, "reason": "ORDER_NOT_FOUND"}).refused
    assert refused is not None
    assert refused.reason == "ORDER_NOT_FOUND"


def test_an_operation_that_moved_to_the_query_works_there(overlay: Path) -> None:
    overlay.write_text(ANNOTATED)
    v3 = served(overlay)
    old, new = (
        v3.get("/numbers/{user}/lookup/12/any"),
        v3.get("/phones/services", userId="demo", country="12", carrier="any"),
    )
    assert (old.status_code, new.status_code, new.json()["ok"]) == (404, 200, True)


def test_an_order_can_answer_another_status_than_its_refusals(overlay: Path) -> None:
    overlay.write_text(
        f"{HEAD}actions:\n- target: $.paths['/numbers/{{userId}}/order'].put.responses\n  update:\n"
        "    '201': {description: Ordered., content: {application/json: "
        "{schema: {$ref: '#/components/schemas/PurchaseAnswer'}}}}\n"
        "- {target: \"$.paths['/numbers/{userId}/order'].put.responses['200']\", remove: true}\n"
    )
    v3 = served(overlay)
    assert [v3.order(service=name).status_code for name in ("ds", "nothing")] == [201, 200]
