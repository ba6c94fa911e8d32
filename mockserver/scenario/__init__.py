"""Scenarios: loading and validating YAML files, and building worlds from them."""
