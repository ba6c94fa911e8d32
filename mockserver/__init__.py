"""A mock server that behaves like the SMSOnline phone-number service."""
