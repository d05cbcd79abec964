"""The vendors' support policies, one YAML file each, shipped as package data."""
