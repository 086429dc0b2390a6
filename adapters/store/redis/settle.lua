-- Strike out a job that was done, and lend the next.
-- KEYS lane, wakes, due, gate, stats
-- ARGV address, now, till, kind, number
local here = {lane = KEYS[1], wakes = KEYS[2], due = KEYS[3], gate = KEYS[4], stats = KEYS[5], address = ARGV[1]}
local job = held(here, ARGV[4], ARGV[5])
if not job then return {0} end
gate(here.gate)
local following = strike(here, ARGV[4], job, tonumber(ARGV[2]), ARGV[3])
redis.call('HINCRBY', here.stats, ARGV[4] == 's' and 'sent' or 'woken', 1)
return {1, following}
