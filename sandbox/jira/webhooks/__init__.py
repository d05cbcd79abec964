"""What leaves the site: events, their bodies, signatures and repeats."""
