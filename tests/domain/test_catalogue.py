"""Countries by code or name, services by code, carriers by their word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.refusal import Reason, Refusal

if TYPE_CHECKING:
    from mockserver.domain.catalogue import Catalogue


@pytest.mark.parametrize("text", ["12", "United States", "united states", "UNITED STATES"])
def test_a_country_goes_by_its_code_or_by_its_name_in_any_case(catalogue: Catalogue, text: str) -> None:
    assert catalogue.country(text).code == "12"


@pytest.mark.parametrize("text", ["", "1", "012", "US", "United  States", "Atlantis"])
def test_anything_else_is_an_unknown_country(catalogue: Catalogue, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        catalogue.country(text)
    assert refused.value.reason is Reason.UNKNOWN_COUNTRY


def test_a_service_goes_by_its_code(catalogue: Catalogue) -> None:
    assert catalogue.service("ds").name == "Discord"


@pytest.mark.parametrize("code", ["", "DS", "Discord"])
def test_anything_else_is_an_unknown_service(catalogue: Catalogue, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        catalogue.service(code)
    assert refused.value.reason is Reason.UNKNOWN_SERVICE


def test_a_carrier_word_means_that_carrier(catalogue: Catalogue) -> None:
    assert [carrier.name for carrier in catalogue.carriers(catalogue.country("12"), "att")] == ["att"]


def test_any_means_all_carriers_of_the_country(catalogue: Catalogue) -> None:
    country = catalogue.country("12")
    assert catalogue.carriers(country, "any") == country.carriers


@pytest.mark.parametrize("name", ["", "ANY", "TMobile", "telia"])
def test_anything_else_is_an_unknown_carrier(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        catalogue.carriers(catalogue.country("12"), name)
    assert refused.value.reason is Reason.UNKNOWN_CARRIER
