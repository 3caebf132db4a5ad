/**
 * Seals what is kept on a device: AES-256-GCM, with a key that no script can read out (`extractable: false`).
 *
 * `sw/store.js` of notifications opens the same records in the service worker.
 *
 * @typedef {{ iv: Uint8Array<ArrayBuffer>, bytes: ArrayBuffer } | { plain: unknown }} Sealed
 */

// The size that NIST SP 800-38D recommends for AES-GCM.
const IV_BYTES = 12;

/** @returns {Promise<CryptoKey | null>} null where the browser has no WebCrypto */
export async function newKey() {
  return (await globalThis.crypto?.subtle?.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])) ?? null;
}

/** @param {CryptoKey | null} key @param {unknown} value anything that JSON can hold @returns {Promise<Sealed>} */
export async function seal(key, value) {
  if (!key) return { plain: value };
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(JSON.stringify(value)));
  return { iv, bytes };
}

/** @param {CryptoKey | null} key @param {Sealed} sealed @returns {Promise<any>} */
export async function unseal(key, sealed) {
  if ("plain" in sealed) return sealed.plain;
  if (!key) throw new Error("sealed with a key that is gone");
  const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.bytes);
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** @param {Sealed} sealed @returns {number} its size in bytes, about */
export function sizeOf(sealed) {
  return "plain" in sealed ? JSON.stringify(sealed.plain).length : sealed.bytes.byteLength;
}
