from __future__ import annotations

import pytest

from mockserver.contract import Confidence, Document, Provenance

GET = "/paths/~1things~1{userId}~1{thingId}/get"


@pytest.mark.parametrize(
    ("pointer", "provenance"),
    [
        (GET, Provenance(Confidence.DOCUMENTED, page="Things / Get")),
        (f"{GET}/summary", Provenance(Confidence.DOCUMENTED, page="Things / Get")),
        (f"{GET}/parameters/2/schema/default", Provenance(Confidence.OBSERVED, source="a client")),
        (f"{GET}/parameters/3", Provenance(Confidence.DOCUMENTED, page="Things / Get")),
        ("/paths/~1things~1{userId}~1new/put", Provenance(Confidence.ASSUMED, note="the default")),
        ("/paths/~1things~1{userId}~1new/put/requestBody", Provenance(Confidence.INFERRED, ground="the getter")),
        ("/components/schemas/ApiKey/minLength", Provenance(Confidence.ASSUMED, note="the default")),
        ("", Provenance(Confidence.ASSUMED, note="the default")),
        (f"{GET}/no/such/thing", Provenance(Confidence.DOCUMENTED, page="Things / Get")),
    ],
)
def test_a_part_is_known_as_the_nearest_part_around_it_says(
    small: Document, pointer: str, provenance: Provenance
) -> None:
    assert small.provenance(pointer) == provenance


def test_a_page_may_be_stated_further_out(small: Document) -> None:
    pointer = f"{GET}/responses/200/content/application~1json/examples/success"
    assert small.provenance(pointer) == Provenance(Confidence.DOCUMENTED, page="Things / Get")


def test_what_a_ref_names_is_known_as_where_it_is_written(small: Document) -> None:
    pointer = f"{GET}/responses/404/content/application~1json/schema/required"
    assert small.provenance(pointer) == Provenance(Confidence.OBSERVED, source="a client")


def test_the_levels_are_words() -> None:
    assert [*Confidence] == ["documented", "observed", "inferred", "assumed"]
