-- Strike out a job that was done, and lend the next.
-- KEYS lane, wakes, due, gate, stats
-- ARGV address, "<now> <till> <kind> <number>"
local here = {lane = KEYS[1], wakes = KEYS[2], due = KEYS[3], gate = KEYS[4], stats = KEYS[5], address = ARGV[1]}
local now, till, kind, number = string.match(ARGV[2], '^(%S+) (%S+) (%S+) (%S+)$')
local job = held(here, kind, number)
if not job then return 0 end
local following = strike(here, kind, job, tonumber(now), till)
redis.call('HINCRBY', here.stats, kind == 's' and 'sent' or 'woken', 1)
return following or 1
