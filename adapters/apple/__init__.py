"""Apple's System Status: the HTTP client, and what its document means."""
