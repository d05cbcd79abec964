"""The decision: which deadlines a ticket has and why. Pure; see the README, "How it works"."""
