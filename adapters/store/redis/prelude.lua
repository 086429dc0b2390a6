-- What all scripts share. Python puts `local CHAT_BURST = …` in front of it, and one script behind it.
--
-- Times are microseconds since 1970, which a Lua number holds exactly until the year 2255. Every script reads
-- all that it goes by before it writes: there is no rollback. Bodies are passed on and never looked into.
--
--   a conversation   "<version> <at> <topics> <body>"            topics: "+" before each, or "-" for none
--   a say job        "<number> <at> <attempt> <next> <pause> <body>"   in its lane, a list
--   a wake job       "<at> <attempt> <next> <body>"                    in a hash, by number
--                    attempt: of the last hand-out, 0 before it; next: of the one that will come
--   a chat's gate    "<tat> <shut until>"                       tat: the theoretical arrival time of a GCRA
--   a member of due  "<number, 14 digits><s or w><address>"     scored by when the job is free next

local SLACK = 60000 -- ms that a key outlives its use, so that clocks may differ a little

local function whole(number)
  return string.format('%.0f', number)
end

local function corrupt(what)
  error('CORRUPT ' .. what)
end

-- What `read` gives; or nothing, and true, where what is stored there is damaged. Other errors are passed on.
local function sound(read, ...)
  local fine, found = pcall(read, ...)
  if fine then return found, false end
  local says = type(found) == 'table' and found.err or tostring(found)
  if not (string.find(says, 'CORRUPT ', 1, true) or string.find(says, 'WRONGTYPE', 1, true)) then
    error(found, 0)
  end
  return nil, true
end

local function text_at(key)
  return redis.call('GET', key)
end

-- Times have 17 characters until the year 5138, numbers of jobs 14, attempts 9. What is longer is none of ours.
local function fits(number, at, attempt, following)
  return #number <= 14 and #at <= 17 and #attempt <= 9 and #following <= 9
end

local function member(number, kind, address)
  return string.format('%014.0f', tonumber(number)) .. kind .. address
end

-- A conversation and its raw text, or nothing where it has ended or never was.
local function conversation(key, now, kept)
  local raw = redis.call('GET', key)
  if not raw then return nil end
  local version, at, topics = string.match(raw, '^(%d+) (%-?%d+) (%S+) ')
  if not version or #version > 15 or #at > 17 then corrupt('conversation') end
  if now - tonumber(at) > kept then return nil end
  return {version = tonumber(version), at = at, topics = topics, raw = raw}
end

-- A job of a lane. What cannot be read is `torn`: it has the number 0, which no job has, until it is claimed.
local function said(raw)
  local number, at, attempt, following, pause, rest =
    string.match(raw, '^(%d+) (%-?%d+) (%d+) (%d+) (%d+) ()')
  if not number or not fits(number, at, attempt, following) or #pause > 15 then
    return {number = 0, torn = raw, at = '0', attempt = -1, pause = '0'}
  end
  return {number = tonumber(number), at = at, attempt = tonumber(attempt), next = tonumber(following),
          pause = pause, body = string.sub(raw, rest)}
end

local function at_place(lane, place)
  local raw = redis.call('LINDEX', lane, place)
  return raw and said(raw)
end

local function head(lane)
  return at_place(lane, 0)
end

local function waking(wakes, number)
  local raw = redis.call('HGET', wakes, whole(tonumber(number)))
  if not raw then return nil end
  local at, attempt, following, rest = string.match(raw, '^(%-?%d+) (%d+) (%d+) ()')
  if not at or not fits('', at, attempt, following) then
    return {number = tonumber(number), torn = raw, attempt = -1}
  end
  return {number = tonumber(number), at = at, attempt = tonumber(attempt), next = tonumber(following),
          pause = '0', body = string.sub(raw, rest)}
end

local function say_text(job)
  return table.concat(
    {whole(job.number), job.at, whole(job.attempt), whole(job.next), job.pause, job.body}, ' ')
end

local function wake_text(job)
  return table.concat({job.at, whole(job.attempt), whole(job.next), job.body}, ' ')
end

local function fresh(number, at, pause, body)
  return {number = number, at = at, attempt = 0, next = 1, pause = pause, body = body}
end

local function count_attempt(job)
  job.attempt, job.next = job.next, job.next + 1
end

local function store_head(lane, job)
  redis.call('LSET', lane, 0, say_text(job))
end

local function store_wake(wakes, job)
  redis.call('HSET', wakes, whole(job.number), wake_text(job))
end

-- One that is damaged is none: it is written anew with the next reply.
local function gate(key)
  local tat, shut = string.match(sound(text_at, key) or '', '^(%-?%d+) (%-?%d+)$')
  if not tat or #tat > 17 or #shut > 17 then return {tat = 0, shut = 0} end
  return {tat = tonumber(tat), shut = tonumber(shut)}
end

-- From when on the chat lets a job with that pause through.
local function opens(chat, pause)
  if pause == 0 then return chat.shut end
  return math.max(chat.shut, chat.tat - (CHAT_BURST - 1) * pause)
end

local function keep_gate(key, chat, now)
  local left = math.ceil(math.max(chat.tat, chat.shut) - now) / 1000
  redis.call('SET', key, whole(chat.tat) .. ' ' .. whole(chat.shut),
             'PX', whole(math.max(0, left) + SLACK))
end

local function pass(key, chat, pause, now)
  if pause > 0 then
    chat.tat = math.max(chat.tat, now) + pause
    keep_gate(key, chat, now)
  end
end

-- From when on the head of a lane may be handed out.
local function frees(job, chat)
  return math.max(tonumber(job.at), opens(chat, tonumber(job.pause)))
end

-- Note that the head of a lane is lent until `till`; or, if it is free only after `now`, from when on. `here`
-- names the keys and the address. The caller stores the job.
local function lend(here, job, chat, now, till)
  local free = frees(job, chat)
  local lent = free <= now
  redis.call('ZADD', here.due, lent and till or whole(free), member(job.number, 's', here.address))
  if lent then
    count_attempt(job)
    pass(here.gate, chat, tonumber(job.pause), now)
  end
  return lent
end

local function lend_head(here, job, now, till)
  if not lend(here, job, gate(here.gate), now, till) then return nil end
  store_head(here.lane, job)
  return {whole(job.number), job.at, job.attempt, job.body}
end

-- The job if it is stored and nothing is before it in its lane.
local function held(here, kind, number)
  local first
  if kind == 'w' then first = waking(here.wakes, number) else first = head(here.lane) end
  return first and not first.torn and first.number == tonumber(number) and first or nil
end

-- Have a claim look at a lane whose first job is torn.
local function call_for_claim(here, now)
  redis.call('ZADD', here.due, 'NX', whole(now), member(0, 's', here.address))
end

-- Put a job among the parked ones, and take a few out that were kept for their time.
local function shelve(park, parked, number, at, kept, text)
  redis.call('HLEN', parked)
  local ended = redis.call('ZRANGEBYSCORE', park, '-inf', '(' .. whole(tonumber(at) - kept), 'LIMIT', 0, 8)
  redis.call('HSET', parked, number, text)
  redis.call('ZADD', park, at, number)
  for _, each in ipairs(ended) do
    redis.call('ZREM', park, each)
    redis.call('HDEL', parked, each)
  end
  redis.call('PEXPIRE', park, whole(kept / 1000 + SLACK))
  redis.call('PEXPIRE', parked, whole(kept / 1000 + SLACK))
end

-- Take a held job out, and lend the next of its lane. Its first write is one that a full Redis allows. Of a
-- job that is `lost` nothing but its place among the due ones is there.
local function strike(here, kind, job, now, till)
  local following = kind == 's' and not job.lost and at_place(here.lane, 1)
  redis.call('ZREM', here.due, member(job.number, kind, here.address))
  redis.call('HINCRBY', here.stats, 'waiting', -1)
  if job.lost then return nil end
  if kind == 'w' then
    redis.call('HDEL', here.wakes, whole(job.number))
    return nil
  end
  redis.call('LPOP', here.lane)
  if following and following.torn then
    call_for_claim(here, now)
    return nil
  end
  return following and lend_head(here, following, now, till)
end

