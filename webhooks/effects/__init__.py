"""What escalations do: which actions a level brings, in which words, and those that leave the platform."""
