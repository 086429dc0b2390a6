-- Read the clock of the one server that holds the settings, so that in a cluster too all go by the same.
-- KEYS settings
return redis.call('TIME')
