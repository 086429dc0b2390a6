-- Park an event that cannot be taken in, unless it is parked already. Nothing of its conversation is read.
-- KEYS park, parked
-- ARGV address, now, number, why, parked kept, body
if redis.call('HGET', KEYS[2], ARGV[3]) then return 0 end
local text = table.concat({'w', '0', ARGV[4], ARGV[1], ARGV[6]}, ' ')
shelve(KEYS[1], KEYS[2], ARGV[3], ARGV[2], tonumber(ARGV[5]), text)
return 1
