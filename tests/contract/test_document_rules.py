from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import DocumentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.contract import Document


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("https://host.test/v9", "/v9", ["url must be an absolute URL such as https://host/v3"]),
        ("https://host.test/v9", "'https://[host/v9'", ["url must be an absolute URL such as https://host/v3"]),
        ("servers:\n- url: https://host.test/v9", "servers: []", ["a document needs a server"]),
        (
            "    Failure:\n",
            "    Failed:\n",
            ["x-failures is missing: it describes the failure responses", *["$ref must name an entry"] * 2],
        ),
        ("/{thingId}:", "/{thingId}/{thingId}:", ["the path contains {thingId} twice"]),
        ("/new:", "/new-{x}:", ["new-{x} must be fixed text or a single parameter such as {name}"]),
        ("/new:", "/{}:", ["{} must be fixed text or a single parameter"]),
        ("/{userId}/new:", "/{user}/{userId}:", ["the path differs from", "no parameter describes {user} of the path"]),
        ("operationId: orderThing", "operationId: getThing", ["operationId getThing is also used by GET /things/"]),
        (
            "- name: thingId",
            "- name: thingid",
            ["no parameter describes {thingId} of the path, did you mean thingid?", "the path has no {thingid}, did"],
        ),
        ("- name: full", "- name: page", ["the query parameter page is described twice"]),
        (
            "in: path\n        required: true\n        schema: {type: integer",
            "in: path\n        schema: {type: integer",
            ["the path parameter thingId needs required: true"],
        ),
        ("{type: integer, minimum: 1, default", "{minimum: 1, default", ["the schema of page needs one of the types"]),
        (
            "type: integer, minimum: 1, default",
            "type: array, minimum: 1, default",
            ["the schema of page needs one of the types"],
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(
    altered: Callable[[str, str], Document], old: str, new: str, messages: list[str]
) -> None:
    with pytest.raises(DocumentError) as caught:
        altered(old, new)
    found = sorted(problem.message for problem in caught.value.problems)
    assert [text[: len(message)] for text, message in zip(found, sorted(messages), strict=True)] == sorted(messages)


def test_an_operation_may_override_a_parameter_of_its_path(altered: Callable[[str, str], Document]) -> None:
    own = "- {name: userId, in: path, required: true, schema: {type: integer}}\n      - name: thingId"
    operation = altered("- name: thingId", own).operations["getThing"]
    assert [parameter.name for parameter in operation.parameters].count("userId") == 1
    assert operation.read({"userId": "7"}).path == {"userId": 7}
