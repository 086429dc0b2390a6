"""The store in Redis, for many processes: `store` says what is done, the scripts beside it do it."""
