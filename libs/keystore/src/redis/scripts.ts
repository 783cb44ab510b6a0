/**
 * What Redis decides by itself, so that racing processes see one outcome. Every script touches one key only: in a
 * cluster the keys of a session and of its links lie on different nodes.
 *
 * Entries are the JSON of encodeJournalEntry; `"wrapped": null` is a tombstone.
 */

/** KEYS[1] a link; ARGV entry, lifetime in ms. Stores the entry unless one stands there; answers what stands, or nil. */
export const putLink = `
local standing = redis.call('GET', KEYS[1])
if standing then return standing end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return nil
`;

/**
 * KEYS[1] a session; ARGV entry, now, lifetime in ms. Stores the entry unless an unrotated one stands there; answers
 * the one that stands afterwards.
 */
export const claimSession = `
local standing = redis.call('GET', KEYS[1])
if standing then
  local entry = cjson.decode(standing)
  if entry.wrapped ~= cjson.null and entry.rotatesAt > tonumber(ARGV[2]) then return standing end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ARGV[1]
`;

/** KEYS[1] a session; ARGV tombstone, its key link, lifetime in ms. Stores the tombstone where its own key stands. */
export const eraseSession = `
local standing = redis.call('GET', KEYS[1])
if standing and cjson.decode(standing).keyLink == ARGV[2] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
end
return nil
`;
