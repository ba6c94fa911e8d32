"""The contract documents: loading them, asking them, and checking requests and answers against them."""

from contracts.spec import located, pointer
from contracts.spec.absent import ABSENT, Absent
from contracts.spec.arguments import Arguments, Credentials
from contracts.spec.document import Document, DocumentError, load
from contracts.spec.located import Located, LocatedError, Place, Problem
from contracts.spec.operation import Operation
from contracts.spec.parts import Answer, Example, Parameter, RequestBody
from contracts.spec.provenance import Level, Provenance
from contracts.spec.readings import Reading, ReadingError, readings
from contracts.spec.routing import BadPath, Found, NotFound, WrongMethod
from contracts.spec.violation import Violation
from contracts.spec.wording import did_you_mean

__all__ = [
    "ABSENT",
    "Absent",
    "Answer",
    "Arguments",
    "BadPath",
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
    "Parameter",
    "Place",
    "Problem",
    "Provenance",
    "Reading",
    "ReadingError",
    "RequestBody",
    "Violation",
    "WrongMethod",
    "did_you_mean",
    "load",
    "located",
    "pointer",
    "readings",
]
