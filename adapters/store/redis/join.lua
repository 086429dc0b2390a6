-- Give the number of partitions; the first who comes decides it for ever.
-- KEYS settings
-- ARGV wanted
redis.call('HSETNX', KEYS[1], 'partitions', ARGV[1])
return redis.call('HGET', KEYS[1], 'partitions')
