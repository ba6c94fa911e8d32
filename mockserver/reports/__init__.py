"""Reports of a run: on the console, as JSON, JUnit XML, SARIF, HAR and HTML, and as annotations on GitHub.

Whatever the writers are given is redacted and made printable first; see `mockserver.reports.redacted`.
"""

from mockserver.reports.console import Progress, show
from mockserver.reports.files import FORMATS, ReportFormat, UnknownFormatError, check_formats, write

__all__ = ["FORMATS", "Progress", "ReportFormat", "UnknownFormatError", "check_formats", "show", "write"]
