"""Going through many tickets of an account by command: backfill, audit, a new policy. Always within its rate budget."""
