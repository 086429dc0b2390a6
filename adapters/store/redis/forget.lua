-- Delete everything about a conversation but the ids of its events, and count it. What is damaged goes, too,
-- as far as it is the conversation's own: this is how somebody can begin anew.
-- KEYS conversation, lane, wakes, due, stats, park, parked, topics, then the key of each topic
-- ARGV address
local address = ARGV[1]
if redis.call('SCARD', KEYS[8]) ~= #KEYS - 8 then return false end -- a new topic meanwhile: look again
local turn = sound(text_at, KEYS[1])
local topics = turn and string.match(turn, '^%d+ %-?%d+ (%S+) ') or '-'
local followed = 0
for _ in string.gmatch(topics, '%+') do followed = followed + 1 end

local function ask(command, key)
  return sound(redis.call, command, key)
end

local front = sound(head, KEYS[2])
local jobs = ask('LLEN', KEYS[2]) or 0
local members = front and {member(front.number, 's', address)} or {}
for _, number in ipairs(ask('HKEYS', KEYS[3]) or {}) do
  members[#members + 1] = member(number, 'w', address)
  jobs = jobs + 1
end
local parked = {}
local everything = ask('HGETALL', KEYS[7]) or {}
for index = 1, #everything, 2 do
  local whose = string.match(everything[index + 1], '^[sw] %d+ %S* (%S+) ')
  if whose == address then parked[#parked + 1] = everything[index] end
end

for _, each in ipairs(members) do redis.call('ZREM', KEYS[4], each) end
for _, number in ipairs(parked) do
  redis.call('ZREM', KEYS[6], number)
  redis.call('HDEL', KEYS[7], number)
end
for index = 9, #KEYS do sound(redis.call, 'ZREM', KEYS[index], address) end
if jobs > 0 then redis.call('HINCRBY', KEYS[5], 'waiting', -jobs) end
local gone = redis.call('DEL', KEYS[1])
redis.call('DEL', KEYS[2], KEYS[3])
return {gone, jobs, followed, #parked}
