"""Runs of pytest with the plugin."""

from __future__ import annotations

import pytest

# pytester forgets what a run has imported: what is imported here is not imported again for each of them.
import mockserver.pytest_plugin
import mockserver.serving.background
import mockserver.serving.setup
import mockserver.testing.aggregation
import mockserver.testing.asgi_bridge
import mockserver.testing.failure_report
import mockserver.testing.judgement
import mockserver.web.control  # noqa: F401
from tests.plugin.runs import CLIENT


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with a client to import; pytest runs there with the plugin, and no others: they take seconds to load."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(client=CLIENT)
    pytester.syspathinsert()
    return pytester
