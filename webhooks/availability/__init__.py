"""Availability of the service: what the command and the console's page share."""
