"""The running service: HTTP, store, engine and the command line."""
