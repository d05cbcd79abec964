"""The tables that are the truth: what was delivered, what is due, what is known of each ticket."""
