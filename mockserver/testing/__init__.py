"""The mock for Python tests. The server is imported only when it is started."""

from mockserver.testing.control_client import SteeringError
from mockserver.testing.handle import ContractBrokenError, SmsOnline
from mockserver.testing.server import Server, Wanted

__all__ = ["ContractBrokenError", "Server", "SmsOnline", "SteeringError", "Wanted"]
