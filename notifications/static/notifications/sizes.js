import { savedHere } from "#core/saved-store.js";

/**
 * What this device keeps, in bytes. `kept` is what belongs to the person, `max` the most that it can become, `app` what
 * the app itself takes.
 *
 * @typedef {{ conversations: number, previews: number, kept: number, max: number, app: number }} Sizes
 */

// The bounds of `messaging/state/saved-conversations.js` and of `sw/previews.js`, together. Client sheets are small beside them.
const MAX_BYTES = (8 + 40) * 1024 * 1024;
const APP_CACHES = "liaison-app-";

/** @returns {Promise<Sizes>} */
export async function sizesHere() {
  const saved = await savedHere();
  const [rows, previews, sheets] = await Promise.all([saved?.rows() ?? [], saved?.previews() ?? [], saved?.sheetRows() ?? []]);
  saved?.close();
  const kept = [...rows, ...previews, ...sheets].reduce((total, { bytes }) => total + bytes, 0);
  return { conversations: rows.length, previews: previews.length, kept, max: MAX_BYTES, app: await appSize() };
}

async function appSize() {
  if (!("caches" in globalThis)) return 0;
  const names = (await caches.keys()).filter((name) => name.startsWith(APP_CACHES));
  const sizes = await Promise.all(names.map(async (name) => sizeOfCache(await caches.open(name))));
  return sizes.reduce((total, size) => total + size, 0);
}

/** @param {Cache} cache */
async function sizeOfCache(cache) {
  const responses = await Promise.all((await cache.keys()).map((request) => cache.match(request)));
  const blobs = await Promise.all(responses.map((response) => response?.blob()));
  return blobs.reduce((total, blob) => total + (blob?.size ?? 0), 0);
}
