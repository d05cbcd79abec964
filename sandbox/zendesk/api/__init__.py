"""Zendesk's paths under /api/v2 and /oauth, one module for each kind of record."""
