"""The template of an SMS: the service's own first, in the country's language first."""

from __future__ import annotations

import pytest

from mockserver.simulation.chance import Chance
from mockserver.simulation.sms_texts import Template, choose

CHANCE = Chance(1)
DS_SV, DS_EN, ANY_SV, ANY_EN = (Template("####", text) for text in ("ds sv", "ds en", "* sv", "* en"))
ORDER = {("ds", "sv"): [DS_SV], ("ds", "en"): [DS_EN], ("*", "sv"): [ANY_SV], ("*", "en"): [ANY_EN]}


@pytest.mark.parametrize(("missing", "expected"), [(0, DS_SV), (1, DS_EN), (2, ANY_SV), (3, ANY_EN)])
def test_the_next_best_template_stands_in(missing: int, expected: Template) -> None:
    templates = dict(list(ORDER.items())[missing:])
    assert choose(templates, CHANCE, "ds", "sv") is expected


def test_an_empty_list_of_templates_is_none() -> None:
    assert choose({**ORDER, ("ds", "sv"): []}, CHANCE, "ds", "sv") is DS_EN


def test_without_any_fallback_the_error_names_service_and_language() -> None:
    with pytest.raises(LookupError, match="no SMS template for ds in sv, and no fallback"):
        choose({("tg", "sv"): [DS_SV], ("*", "de"): [ANY_SV]}, CHANCE, "ds", "sv")


def test_every_template_gets_chosen() -> None:
    templates = {("ds", "sv"): [DS_SV, DS_EN, ANY_SV]}
    assert {choose(templates, CHANCE, "ds", "sv", number).text for number in range(50)} == {"ds sv", "ds en", "* sv"}


def test_the_same_labels_choose_the_same_template() -> None:
    templates = {("ds", "sv"): [DS_SV, DS_EN]}
    first, second = (choose(templates, Chance(7), "ds", "sv", "order", 1) for _ in range(2))
    assert first is second
