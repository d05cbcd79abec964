"""What the stand-ins share: a clock, a request log, faults on demand, and a server on a free port."""
