"""One folder a helpdesk platform: its webhooks in, its tickets read, one update out."""
