"""The console: pages for the support manager and the operator. ``webhooks.console.app.register`` mounts them."""
