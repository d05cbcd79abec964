"""What several platforms' adapters share; it knows no platform, and no platform's folder knows another."""
