-- Park a job that cannot be done, unless somebody else has got it since, and lend the next.
-- KEYS lane, wakes, due, gate, stats, park, parked
-- ARGV address, now, till, kind, number, attempt, why, parked kept
local here = {lane = KEYS[1], wakes = KEYS[2], due = KEYS[3], gate = KEYS[4], stats = KEYS[5], address = ARGV[1]}
local kind, now, kept = ARGV[4], tonumber(ARGV[2]), tonumber(ARGV[8])
local job = held(here, kind, ARGV[5])
if not job or job.attempt ~= tonumber(ARGV[6]) then return 0 end
gate(here.gate)
redis.call('HLEN', KEYS[7])
local ended = redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', '(' .. whole(now - kept), 'LIMIT', 0, 8)
local number = whole(job.number)
redis.call('HSET', KEYS[7], number, table.concat({kind, job.pause, ARGV[7], here.address, job.body}, ' '))
redis.call('ZADD', KEYS[6], ARGV[2], number)
redis.call('HINCRBY', here.stats, 'buried', 1)
for _, each in ipairs(ended) do
  redis.call('ZREM', KEYS[6], each)
  redis.call('HDEL', KEYS[7], each)
end
redis.call('PEXPIRE', KEYS[6], whole(kept / 1000 + SLACK))
redis.call('PEXPIRE', KEYS[7], whole(kept / 1000 + SLACK))
return strike(here, kind, job, now, ARGV[3]) or 1
