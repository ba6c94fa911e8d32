"""Reports of a run: console output, JSON, JUnit XML, SARIF, HAR, HTML and GitHub annotations.

Every run is redacted and made printable before it is written; see `mockserver.reports.redacted`.
"""

from mockserver.reports.console import Progress, show
from mockserver.reports.files import FORMATS, ReportFormat, UnknownFormatError, check_formats, write

__all__ = ["FORMATS", "Progress", "ReportFormat", "UnknownFormatError", "check_formats", "show", "write"]
