-- Put up the version after the expected one, or the same again. What cannot be read there is nothing.
-- KEYS pin: "<version> <until> <body>"
-- ARGV expected, now, until, body
local expected, now, till = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local standing = 0
local raw = sound(text_at, KEYS[1])
if raw then
  local version, ends, rest = string.match(raw, '^(%d+) (%-?%d+) ()')
  if version and #version <= 15 and #ends <= 17 and now < tonumber(ends) then
    standing = tonumber(version)
    -- Where the answer to a call is lost it is repeated, and finds what it has put up itself.
    local mine = standing == expected + 1 and string.sub(raw, rest) == ARGV[4]
    if mine then standing, till = expected, math.max(till, tonumber(ends)) end
  end
end
if standing ~= expected then return 0 end
redis.call('SET', KEYS[1], table.concat({whole(expected + 1), whole(till), ARGV[4]}, ' '),
           'PX', whole(math.max(0, till - now) / 1000 + SLACK))
return 1
