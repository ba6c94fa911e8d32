"""Where clients find the service."""

from __future__ import annotations

from mockserver.contract import contract
from mockserver.contract.environment import url_variables


def test_the_newest_document_is_the_base() -> None:
    assert url_variables(["v4", "v3", "v2-beta"]) == {
        "v4": "SMSONLINE_BASE_URL",
        "v3": "SMSONLINE_V3_URL",
        "v2-beta": "SMSONLINE_V2_BETA_URL",
    }


def test_our_own_documents_have_the_variables_that_are_documented() -> None:
    assert url_variables(contract().documents) == {"v3": "SMSONLINE_BASE_URL", "v2": "SMSONLINE_V2_URL"}
