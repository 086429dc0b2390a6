-- Lend those of the jobs that are still free; note of the others when they will be. One that is damaged is lent
-- with what there is of it, so that it can be buried, and holds up no other.
-- KEYS due, stats, then of each candidate its lane or wakes, and its gate
-- ARGV now, till, then the member of each candidate
local now, till = tonumber(ARGV[1]), ARGV[2]
local lent = {}

local function stored_at(here, kind, number)
  if kind == 'w' then return waking(here.wakes, number) end
  return head(here.lane)
end

for index = 3, #ARGV do
  local found, stored, key = ARGV[index], KEYS[2 * index - 3], KEYS[2 * index - 2]
  local number, kind, address = string.match(found, '^(%d+)([sw])(.*)$')
  local here = {lane = stored, wakes = stored, due = KEYS[1], gate = key, address = address}
  local free = tonumber(redis.call('ZSCORE', KEYS[1], found))
  local is_free = free and free <= now
  local job, damaged
  if is_free then job, damaged = sound(stored_at, here, kind, number) end
  if job and job.torn then
    local known = kind == 'w' and number or redis.call('HINCRBY', KEYS[2], 'jobs', 1)
    job = fresh(tonumber(known), ARGV[1], '0', job.torn)
    redis.call('ZREM', KEYS[1], found)
    found = member(job.number, kind, address)
    if kind == 's' then store_head(stored, job) end
  elseif job and job.number ~= tonumber(number) then -- the number was damaged
    redis.call('ZADD', KEYS[1], 'NX', whole(now), member(job.number, kind, address))
    job = nil
  end
  local opened = job and kind == 's' and opens(gate(key), tonumber(job.pause)) or 0
  if damaged then
    redis.call('ZADD', KEYS[1], till, found)
    lent[#lent + 1] = {index - 3, {whole(tonumber(number)), ARGV[1], 1, ''}}
  elseif job and opened > free then
    redis.call('ZADD', KEYS[1], whole(opened), found) -- free since then only, so it is not its turn yet
  elseif job and kind == 's' then
    local owed = lend_head(here, job, now, till) -- nothing where the clock went back: it is not due yet
    if owed then lent[#lent + 1] = {index - 3, owed} end
  elseif job then
    count_attempt(job)
    store_wake(stored, job)
    redis.call('ZADD', KEYS[1], till, found)
    lent[#lent + 1] = {index - 3, {whole(job.number), job.at, job.attempt, job.body}}
  elseif is_free then
    redis.call('ZREM', KEYS[1], found) -- somebody deleted keys by hand
  end
end
return lent
