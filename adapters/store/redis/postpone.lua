-- Give a job back until later, unless somebody else has got it since.
-- KEYS lane, wakes, due, gate
-- ARGV address, until, kind, number, attempt, attempted, whole chat (0 or 1 each)
local here = {lane = KEYS[1], wakes = KEYS[2], due = KEYS[3], address = ARGV[1]}
local job = held(here, ARGV[3], ARGV[4])
if not job or job.attempt ~= tonumber(ARGV[5]) then return 0 end
local chat, free = gate(KEYS[4]), tonumber(ARGV[2])
if ARGV[3] == 's' then free = math.max(free, opens(chat, tonumber(job.pause))) end
redis.call('ZADD', here.due, whole(free), member(job.number, ARGV[3], here.address))
job.next = job.attempt + tonumber(ARGV[6])
local store = ARGV[3] == 's' and store_head or store_wake
store(KEYS[ARGV[3] == 's' and 1 or 2], job)
if ARGV[7] == '1' then
  local now = redis.call('TIME')
  chat.shut = math.max(chat.shut, tonumber(ARGV[2]))
  keep_gate(KEYS[4], chat, tonumber(now[1]) * 1000000)
end
return 1
