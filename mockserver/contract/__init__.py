"""The contract documents: loading and querying them, and validating requests and responses against them."""

from mockserver.contract import located, pointer
from mockserver.contract.arguments import Arguments, Credentials
from mockserver.contract.document import Document, DocumentError
from mockserver.contract.failures import FailureBody, Refused
from mockserver.contract.loading import Contract, contract, load
from mockserver.contract.located import Located, LocatedError, Place, Problem
from mockserver.contract.messages import did_you_mean
from mockserver.contract.operation import Operation
from mockserver.contract.overlays import OverlayFileError, Overlays
from mockserver.contract.parts import DocumentedResponse, Example, Parameter, RequestBody
from mockserver.contract.pointer import ABSENT, Absent
from mockserver.contract.provenance import Confidence, Provenance
from mockserver.contract.readings import Reading, ReadingError, readings
from mockserver.contract.routing import BadPath, Found, NotFound, WrongMethod
from mockserver.contract.violation import Severity, Violation, broken
from mockserver.contract.vocabulary import vocabulary

__all__ = [
    "ABSENT",
    "Absent",
    "Arguments",
    "BadPath",
    "Confidence",
    "Contract",
    "Credentials",
    "Document",
    "DocumentError",
    "DocumentedResponse",
    "Example",
    "FailureBody",
    "Found",
    "Located",
    "LocatedError",
    "NotFound",
    "Operation",
    "OverlayFileError",
    "Overlays",
    "Parameter",
    "Place",
    "Problem",
    "Provenance",
    "Reading",
    "ReadingError",
    "Refused",
    "RequestBody",
    "Severity",
    "Violation",
    "WrongMethod",
    "broken",
    "contract",
    "did_you_mean",
    "load",
    "located",
    "pointer",
    "readings",
    "vocabulary",
]
