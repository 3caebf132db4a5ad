/*
 * The previews of photos and documents. A preview never changes, so the kept one is answered. They are sealed with the
 * key of the person whom they were shown to, and dropped with it.
 */

const PREVIEW = /^\/api\/v1\/attachments\/[0-9a-f-]{36}\/preview\/(320|1280)$/;
const PREVIEW_BOUNDS = { count: 600, bytes: 40 * 1024 * 1024 };

async function answerPreview(event, url) {
  const owner = await savedOwner().catch(() => null);
  const kept = owner && (await keptPreview(owner, url.pathname));
  if (kept) return kept;
  try {
    const response = await readable(url);
    if (owner) event.waitUntil(keepPreview(owner, url.pathname, response.clone()).catch(() => {}));
    return response;
  } catch {
    // Without a network, the other size is better than nothing. With one, the bucket may not let us read it.
    return (owner && (await keptPreview(owner, otherSize(url.pathname)))) ?? fetch(event.request);
  }
}

/** Ask for a picture in a way that its bytes and its status can be read. The address leads to the bucket. */
async function readable(url) {
  const response = await fetch(url, { mode: "cors", credentials: "same-origin" });
  if (!response.ok) throw new Error(`${response.status}`);
  return new Response(await response.blob());
}

function otherSize(path) {
  return path.endsWith("/320") ? path.replace(/320$/, "1280") : path.replace(/1280$/, "320");
}

async function keptPreview({ key }, path) {
  const kept = await (await caches.open(PREVIEW_CACHE)).match(path);
  if (!kept) return null;
  try {
    const bytes = await unsealedBytes(key, await kept.arrayBuffer());
    return new Response(bytes, { headers: { "Content-Type": "image/webp" } });
  } catch {
    // Another person's.
    return null;
  }
}

async function keepPreview({ person, key }, path, response) {
  const sealed = await sealedBytes(key, await response.arrayBuffer());
  const bytes = sealed.size ?? sealed.byteLength;
  const owner = await savedOwner();
  if (owner?.person !== person) return;
  await (await caches.open(PREVIEW_CACHE)).put(path, new Response(sealed));
  await withSaved("previews", "readwrite", (rows) => requested(rows.put({ url: path, bytes, at: Date.now() })));
  await dropPreviews();
}

/** Drop the oldest beyond what may be kept. */
async function dropPreviews() {
  const rows = (await withSaved("previews", "readonly", (store) => requested(store.getAll()))) ?? [];
  const beyond = previewsBeyond(rows);
  if (beyond.length === 0) return;
  const cache = await caches.open(PREVIEW_CACHE);
  await Promise.all(beyond.map((url) => cache.delete(url)));
  await withSaved("previews", "readwrite", (store) => Promise.all(beyond.map((url) => requested(store.delete(url)))));
}

function previewsBeyond(rows) {
  let total = 0;
  const newestFirst = rows.toSorted((a, b) => b.at - a.at);
  return newestFirst.filter(({ bytes }, index) => (total += bytes) > PREVIEW_BOUNDS.bytes || index >= PREVIEW_BOUNDS.count).map(({ url }) => url);
}

/** Keep the previews of a conversation that a page keeps, one after another: the page has other things to load. */
async function keepPreviews(urls) {
  const owner = await savedOwner();
  const cache = await caches.open(PREVIEW_CACHE);
  for (const url of urls.filter((each) => PREVIEW.test(each))) {
    if (!owner || (await cache.match(url))) continue;
    try {
      await keepPreview(owner, url, await readable(new URL(url, location.origin)));
    } catch {
      // Kept when it is shown.
    }
  }
}
