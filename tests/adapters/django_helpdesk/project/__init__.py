"""A small Django site with django-helpdesk on it. It runs in an environment of its own, never in ours."""
