"""The use cases of a customer: functions over a world, shared by all generations of the API. Each is atomic."""
