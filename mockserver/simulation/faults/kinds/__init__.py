"""The kinds of faults, one per module, and the table of all kinds by their names in scenarios."""

from mockserver.simulation.faults.effect import Effect
from mockserver.simulation.faults.kinds.content_type import ContentType
from mockserver.simulation.faults.kinds.cut import Cut
from mockserver.simulation.faults.kinds.disconnect import Disconnect
from mockserver.simulation.faults.kinds.empty import Empty
from mockserver.simulation.faults.kinds.latency import Latency
from mockserver.simulation.faults.kinds.malformed import Malformed
from mockserver.simulation.faults.kinds.omit import Omit
from mockserver.simulation.faults.kinds.rate_limit import RateLimit
from mockserver.simulation.faults.kinds.retype import Retype
from mockserver.simulation.faults.kinds.slow_body import SlowBody
from mockserver.simulation.faults.kinds.status import ErrorAnswer

KINDS: dict[str, type[Effect]] = {
    "latency": Latency,
    "status": ErrorAnswer,
    "rateLimit": RateLimit,
    "reset": Disconnect,
    "empty": Empty,
    "cut": Cut,
    "malformed": Malformed,
    "drip": SlowBody,
    "contentType": ContentType,
    "omit": Omit,
    "retype": Retype,
}
