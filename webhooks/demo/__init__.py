"""The demo: a stand-in helpdesk and the service beside it, with a day of tickets played through real webhooks."""
