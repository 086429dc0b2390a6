-- Park a job that cannot be done, unless somebody else has got it since, and lend the next.
-- KEYS lane, wakes, due, gate, stats, park, parked
-- ARGV address, now, till, kind, number, attempt, why, parked kept
local here = {lane = KEYS[1], wakes = KEYS[2], due = KEYS[3], gate = KEYS[4], stats = KEYS[5], address = ARGV[1]}
local kind, now, attempt = ARGV[4], tonumber(ARGV[2]), tonumber(ARGV[6])
local job, damaged = sound(held, here, kind, ARGV[5])
if damaged then job = {number = tonumber(ARGV[5]), attempt = attempt, pause = '0', body = '', lost = true} end
if not job or job.attempt ~= attempt then return 0 end
local text = table.concat({kind, job.pause, ARGV[7], here.address, job.body}, ' ')
shelve(KEYS[6], KEYS[7], whole(job.number), ARGV[2], tonumber(ARGV[8]), text)
redis.call('HINCRBY', here.stats, 'buried', 1)
return strike(here, kind, job, now, ARGV[3]) or 1
