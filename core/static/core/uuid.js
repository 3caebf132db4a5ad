/**
 * Return a new UUID version 7 (RFC 9562, section 5.7). It begins with the time, so the database stores rows of one time together.
 *
 * Not crypto.randomUUID: browsers offer it only on https and localhost, and developers' phones use plain http.
 */
export function uuid7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) & 0xff;
  bytes[6] = (/** @type {number} */ (bytes[6]) & 0x0f) | 0x70;
  bytes[8] = (/** @type {number} */ (bytes[8]) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
