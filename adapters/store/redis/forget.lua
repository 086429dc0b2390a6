-- Delete everything about a conversation but the ids of its events, count it, and leave the farewell.
-- What cannot be read, or is of another type, is deleted too: it is one person's own, and DEL takes any.
-- KEYS conversation, event, lane, wakes, due, gate, stats, park, parked, topics, then the key of each topic
-- ARGV address, "<now> <till> <token> <events kept>", then, if there is a farewell, for `done` and for `nothing`
--      "<at> <pause>" and the body of each
-- Gives false where there is a new topic meanwhile, 0 for a known event, or the counts of conversations, jobs, topics
-- and parked jobs, then the number of the farewell (0: none), and 1 if that is lent.
local here = {lane = KEYS[3], wakes = KEYS[4], due = KEYS[5], gate = KEYS[6], stats = KEYS[7], address = ARGV[1]}
local park, parked, topics, FIRST_TOPIC = KEYS[8], KEYS[9], KEYS[10], 11
local now_text, till, token, known_for = string.match(ARGV[2], '^(%S+) (%S+) (%S+) (%S+)$')
local now = tonumber(now_text)
local damaged = false

local function bearing(read, ...)
  local found, is_damaged = sound(read, ...)
  damaged = damaged or is_damaged
  return found
end

local function reminders(wakes)
  return redis.call('HKEYS', wakes)
end

-- What is everybody's is read before anything is written: where that is damaged nothing is done.
if redis.call('SCARD', topics) ~= #KEYS - FIRST_TOPIC + 1 then return false end
for index = FIRST_TOPIC, #KEYS do redis.call('ZCARD', KEYS[index]) end
redis.call('ZCARD', here.due)
redis.call('ZCARD', park)
redis.call('HLEN', here.stats)
local everything = redis.call('HGETALL', parked)

local known = bearing(redis.call, 'GET', KEYS[2]) or ''
local at, whose, first, lent = string.match(known, '^(%-?%d+) ([^ :]+)%S* (%d+)([sn])$')
if at and now - tonumber(at) <= tonumber(known_for) then
  if whose ~= token then return 0 end
  local gone, jobs, followed, unfinished = string.match(known, ':(%d+):(%d+):(%d+):(%d+) ')
  local front = lent == 's' and head(here.lane)
  local mine = front and front.number == tonumber(first) and front.attempt == 1
  return {tonumber(gone), tonumber(jobs), tonumber(followed), tonumber(unfinished), first, mine and 1 or 0}
end

local turn = bearing(redis.call, 'GET', KEYS[1])
local followed = 0
for _ in string.gmatch(turn and string.match(turn, '^%d+ %-?%d+ (%S+) ') or '-', '%+') do followed = followed + 1 end

local jobs = bearing(redis.call, 'LLEN', here.lane) or 1 -- one at least, where nobody can tell
local front = bearing(head, here.lane)
if front and front.torn then
  damaged, front = true, nil
end
local members = front and {member(front.number, 's', here.address)} or {}
for _, number in ipairs(bearing(reminders, here.wakes) or {'?'}) do
  jobs = jobs + 1
  if string.match(number, '^%d+$') then
    members[#members + 1] = member(number, 'w', here.address)
  else
    damaged = true
  end
end
local _, unreadable = sound(text_at, here.gate)
local chat = gate(here.gate)
if damaged then -- what the lane or the wakes no longer name
  members = {}
  for _, each in ipairs(redis.call('ZRANGEBYSCORE', here.due, '-inf', '+inf')) do
    if string.sub(each, 16) == here.address then members[#members + 1] = each end
  end
end
local unfinished = {}
for index = 1, #everything, 2 do
  local whose_job = string.match(everything[index + 1], '^[sw] %d+ %S* (%S+) ')
  if whose_job == here.address then unfinished[#unfinished + 1] = everything[index] end
end

local gone = redis.call('DEL', KEYS[1]) -- first, because a full Redis allows it
redis.call('DEL', here.lane, here.wakes)
if unreadable then redis.call('DEL', here.gate) end
for _, each in ipairs(members) do redis.call('ZREM', here.due, each) end
for _, number in ipairs(unfinished) do
  redis.call('ZREM', park, number)
  redis.call('HDEL', parked, number)
end
for index = FIRST_TOPIC, #KEYS do redis.call('ZREM', KEYS[index], here.address) end
redis.call('HINCRBY', here.stats, 'waiting', (ARGV[3] and 1 or 0) - jobs)

local number, is_lent = 0, false
if ARGV[3] then
  local from = gone + jobs + followed + #unfinished > 0 and 3 or 5
  local when, pause = string.match(ARGV[from], '^(%S+) (%S+)$')
  number = redis.call('HINCRBY', here.stats, 'jobs', 1)
  local job = fresh(number, when, pause, ARGV[from + 1])
  is_lent = lend(here, job, chat, now, till)
  redis.call('RPUSH', here.lane, say_text(job))
end
local mark = table.concat({token, gone, jobs, followed, #unfinished}, ':')
redis.call('SET', KEYS[2], table.concat({now_text, mark, whole(number)}, ' ') .. (is_lent and 's' or 'n'),
           'PX', whole(tonumber(known_for) / 1000 + SLACK))
return {gone, jobs, followed, #unfinished, whole(number), is_lent and 1 or 0}
