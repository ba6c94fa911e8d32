"""The contract documents: loading them, asking them, and checking requests and answers against them."""

from contracts.spec import located, pointer
from contracts.spec.absent import ABSENT, Absent
from contracts.spec.arguments import Arguments, Credentials
from contracts.spec.choices import Reading, ReadingError, readings
from contracts.spec.corrections import OverlayFileError, Overlays
from contracts.spec.document import Contract, Document, DocumentError, contract, load
from contracts.spec.failures import Refused, Reply
from contracts.spec.located import Located, LocatedError, Place, Problem
from contracts.spec.operation import Operation
from contracts.spec.parts import Answer, Example, Parameter, RequestBody
from contracts.spec.provenance import Level, Provenance
from contracts.spec.routing import BadPath, Found, NotFound, WrongMethod
from contracts.spec.violation import Severity, Violation, broken
from contracts.spec.vocabulary import vocabulary
from contracts.spec.wording import did_you_mean

__all__ = [
    "ABSENT",
    "Absent",
    "Answer",
    "Arguments",
    "BadPath",
    "Contract",
    "Credentials",
    "Document",
    "DocumentError",
    "Example",
    "Found",
    "Level",
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
    "Reply",
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
