"""A mock server that behaves like the SMSOnline phone-number service."""

__version__ = "0.1.0"
