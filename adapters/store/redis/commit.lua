-- Store one turn. Read first, in this order: is the event known, is the version right; then write.
-- KEYS conversation, event, lane, wakes, due, gate, stats, topics, then the key of each topic
-- ARGV address, "<now> <till> <expected> <its time> <token> <topics> <conversations kept> <events kept>", body,
--      then "<kind> <at> <pause>" and the body of each job
-- Gives "+<number of the first job> <index of each that is lent>", "!<record>" for a conflict, or "=<record>"
-- for a duplicate: one text each, because every part of an answer costs the client as much as a text. The first is
-- a status, which is read in one go.
local here = {lane = KEYS[3], wakes = KEYS[4], due = KEYS[5], gate = KEYS[6], stats = KEYS[7], address = ARGV[1]}
local now_text, till, expected, at, token, topics, kept, known_for =
  string.match(ARGV[2], '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$')
local now = tonumber(now_text)
kept, known_for = tonumber(kept), tonumber(known_for)
local JOBS, WIDTH = 4, 2
local count = (#ARGV - JOBS + 1) / WIDTH

local function kind(index) -- from 0
  return string.sub(ARGV[JOBS + index * WIDTH], 1, 1)
end

local function job(index, number)
  local from = JOBS + index * WIDTH
  local at, pause = string.match(ARGV[from], '^. (%S+) (%S+)$')
  return fresh(number, at, pause, ARGV[from + 1])
end

local function committed(first, owed)
  return {ok = '+' .. whole(first) .. ' ' .. table.concat(owed, ' ')}
end

-- The jobs of this turn that were lent when it was stored and that nobody else has got since.
local function still_mine(first, lent)
  local owed, front = {}, lent == 's' and head(here.lane)
  for index = 0, count - 1 do
    local mine
    if kind(index) == 'w' then
      mine = tonumber(job(index).at) <= now and waking(here.wakes, first + index)
    else
      mine, front = front and front.number == first + index and front, nil
    end
    if mine and mine.attempt == 1 then owed[#owed + 1] = index end
  end
  return committed(first, owed)
end

local turn = conversation(KEYS[1], now, kept)
local known = redis.call('GET', KEYS[2])
if known then
  local at, whose, first, lent = string.match(known, '^(%-?%d+) (%S+) (%d+)([sn])$')
  if not at then corrupt('event') end
  if now - tonumber(at) <= known_for then
    redis.call('HINCRBY', here.stats, 'duplicates', 1) -- a write, which WAIT then waits for
    if whose == token then return still_mine(tonumber(first), lent) end
    return '=' .. (turn and turn.raw or '')
  end
end
local version = turn and turn.version or 0
-- The time tells a conversation from an earlier one of the same version that was forgotten or lost.
local another = at ~= '-' and turn and turn.at ~= at
if version ~= tonumber(expected) or another then return '!' .. (turn and turn.raw or '') end

-- Whatever is written to below is read once before, so that a key of another type stops us here.
local first = (tonumber(redis.call('HGET', here.stats, 'jobs')) or 0) + 1
local front, chat = head(here.lane), gate(here.gate)
redis.call('ZCARD', here.due)
if #KEYS > 8 then redis.call('SCARD', KEYS[8]) end
for index = 9, #KEYS do redis.call('ZCARD', KEYS[index]) end
local lent, say, wake = 'n', nil, false
for index = 0, count - 1 do
  if kind(index) == 's' then say = say or job(index) else wake = true end
end
if wake then redis.call('HLEN', here.wakes) end
if front and front.torn then call_for_claim(here, now) end
if say and not front and frees(say, chat) <= now then lent = 's' end

local event = table.concat({now_text, token, whole(first)}, ' ') .. lent
redis.call('SET', KEYS[2], event, 'PX', whole(known_for / 1000 + SLACK)) -- first, because OOM denies it
redis.call('SET', KEYS[1], table.concat({whole(version + 1), now_text, topics, ARGV[3]}, ' '),
           'PX', whole(kept / 1000 + SLACK))
redis.call('HINCRBY', here.stats, 'turns', 1)
if count > 0 then
  redis.call('HINCRBY', here.stats, 'jobs', count)
  redis.call('HINCRBY', here.stats, 'waiting', count)
end
local topic = 9
for name in string.gmatch(topics, '%+([^+]*)') do
  redis.call('ZADD', KEYS[topic], 0, here.address)
  redis.call('PEXPIRE', KEYS[topic], whole(kept / 1000 + SLACK))
  redis.call('SADD', KEYS[8], name)
  redis.call('PEXPIRE', KEYS[8], whole(kept / 1000 + SLACK))
  topic = topic + 1
end

local owed = {}
for index = 0, count - 1 do
  local each = job(index, first + index)
  if kind(index) == 's' then
    if not front then
      front = each
      if lend(here, each, chat, now, till) then owed[#owed + 1] = index end
    end
    redis.call('RPUSH', here.lane, say_text(each))
  else
    local free = tonumber(each.at) <= now
    if free then
      count_attempt(each)
      owed[#owed + 1] = index
    end
    store_wake(here.wakes, each)
    redis.call('ZADD', here.due, free and till or each.at, member(each.number, 'w', here.address))
  end
end
return committed(first, owed)
