/*
 * The app's own files: scripts, styles, icons, and the pages without a person. None of it is anybody's. Each version of
 * the service worker keeps those of its deployment in a cache of its own.
 *
 * `BUILD` is written above these parts by the server: `version`; `pages`, `files` and `apps` (addresses, the latter by
 * side and language); `statics` (a prefix).
 */

const FILE_CACHES = "liaison-app-";
const FILE_CACHE = FILE_CACHES + BUILD.version;

/** Keep the pages without a person, which must all be there, and the files that can be had now. */
async function keepApp() {
  const cache = await caches.open(FILE_CACHE);
  await Promise.all(BUILD.pages.map((page) => keepPage(cache, page)));
  const owner = await savedOwner().catch(() => null);
  await keepFiles([...BUILD.files, ...(owner ? filesFor(owner) : [])]);
}

/** The published files of a person's side. The first page of a person tells it, since nobody is known at the first start. */
function filesFor({ side, lang }) {
  return BUILD.apps[`${side}-${lang}`] ?? [];
}

// The styles and icons of a page. Its scripts differ by side and language: see `filesFor`.
const LINKED = /<link rel="(?:stylesheet|icon)" href="([^"]+)"/g;

async function keepPage(cache, page) {
  const response = await fetch(page, { credentials: "omit", cache: "no-store" });
  if (!response.ok || response.redirected) throw new Error(`${page}: ${response.status}`);
  const text = await response.clone().text();
  await cache.put(page, response);
  await keepFiles([...text.matchAll(LINKED)].map(([, address]) => address));
}

/** Keep files that are not kept yet. One that fails is kept once a page has it. */
async function keepFiles(addresses) {
  const cache = await caches.open(FILE_CACHE);
  const known = new Set((await cache.keys()).map(({ url }) => url));
  const missing = addresses.map((address) => new URL(address, location.origin)).filter((url) => isFile(url) && !known.has(url.href));
  await Promise.allSettled(missing.map(async (url) => keepFile(url.href, await fetch(url, { credentials: "omit" }))));
}

async function keepFile(request, response) {
  if (!response.ok || response.redirected || response.status === 206) return;
  await (await caches.open(FILE_CACHE)).put(request, response);
}

function isFile(url) {
  return url.origin === location.origin && url.pathname.startsWith(BUILD.statics);
}

/**
 * Answer a file. One whose name carries a digest never changes, so the kept one is as good, also that of an earlier
 * deployment. Any other comes from the network if there is one.
 */
async function answerFile(event) {
  const kept = (await (await caches.open(FILE_CACHE)).match(event.request)) ?? (await caches.match(event.request));
  if (kept && isImmutable(kept)) return kept;
  try {
    const response = await fetch(event.request);
    event.waitUntil(keepFile(event.request, response.clone()));
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

function isImmutable(response) {
  return /immutable/.test(response.headers.get("Cache-Control") ?? "");
}

/**
 * Drop the files of all versions but this one and the one before: pages that were opened before a deployment still ask
 * for theirs.
 */
async function dropOldApps() {
  const names = (await caches.keys()).filter((name) => name.startsWith(FILE_CACHES) && name !== FILE_CACHE);
  // In the order in which they were made.
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
}
