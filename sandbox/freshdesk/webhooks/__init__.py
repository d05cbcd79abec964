"""How the webhooks of automation rules are delivered."""
