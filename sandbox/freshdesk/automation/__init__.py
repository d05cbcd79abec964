"""Automation rules: which run on an update, what they ask, what they do."""
