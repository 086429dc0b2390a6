-- Count somebody in a minute.
-- KEYS the minute
-- ARGV who, how long it is kept
redis.call('PFADD', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], whole(tonumber(ARGV[2]) / 1000 + SLACK))
