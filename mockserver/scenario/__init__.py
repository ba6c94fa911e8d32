"""From a YAML file to a running world."""
