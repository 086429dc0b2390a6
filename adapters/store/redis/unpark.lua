-- Put a parked job at the end of its lane again, due now, with a new number.
-- KEYS lane, wakes, due, stats, park, parked
-- ARGV address, now, number, parked kept
local now = tonumber(ARGV[2])
local since = tonumber(redis.call('ZSCORE', KEYS[5], ARGV[3]))
local raw = redis.call('HGET', KEYS[6], ARGV[3])
if not raw or not since or now - since > tonumber(ARGV[4]) then return 0 end
local kind, pause, address, rest = string.match(raw, '^([sw]) (%d+) %S* (%S+) ()')
if address ~= ARGV[1] then corrupt('parked') end
local first = redis.call('LLEN', KEYS[1]) == 0
redis.call('HLEN', KEYS[2])
redis.call('ZCARD', KEYS[3])
local number = redis.call('HINCRBY', KEYS[4], 'jobs', 1)
redis.call('HINCRBY', KEYS[4], 'waiting', 1)
local job = fresh(number, ARGV[2], pause, string.sub(raw, rest))
if kind == 's' then
  redis.call('RPUSH', KEYS[1], say_text(job))
else
  store_wake(KEYS[2], job)
end
if kind == 'w' or first then redis.call('ZADD', KEYS[3], ARGV[2], member(number, kind, address)) end
redis.call('ZREM', KEYS[5], ARGV[3])
redis.call('HDEL', KEYS[6], ARGV[3])
return 1
