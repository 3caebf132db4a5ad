/*
 * What the pages keep on this device of one person, as the service worker reads it: see `core/saved-store.js`, which
 * makes the database, and `core/sealing.js`, which seals its records. Nothing is remembered between two calls: a logout
 * may delete all of it at any time.
 */

const SAVED_DATABASE = "liaison:saved";
const SHARED_DATABASE = "liaison:shared";
const PREVIEW_CACHE = "liaison:previews";

/** Return the person's record and whether a list is kept, or null if nothing can be read here. */
async function savedOwner() {
  return withSaved("about", "readonly", async (about) => {
    const [owner, hasList] = await Promise.all([requested(about.get("owner")), requested(about.getKey("list"))]);
    return owner ? { ...owner, hasList: hasList !== undefined } : null;
  });
}

/** After the end of a session, nothing is shown until its person is back. */
async function lockSaved() {
  await withSaved("about", "readwrite", async (about) => {
    const owner = await requested(about.get("owner"));
    if (owner) await requested(about.put({ ...owner, isLocked: true }, "owner"));
  });
}

/** Delete what belongs to a person: a logout. What was written and not sent is deleted by the page. */
async function emptySaved() {
  // The records, not the database: another tab may hold it open. Without its owner, no page writes into it.
  for (const name of ["about", "conversations", "previews", "unsent", "sheets"]) await withSaved(name, "readwrite", (store) => requested(store.clear()));
  await Promise.all([deleteDatabase(SHARED_DATABASE), caches.delete(PREVIEW_CACHE)]);
}

/** Run an operation on one store. Return null if there is no database: only pages make it. */
async function withSaved(name, mode, operation) {
  const database = await openSaved();
  if (!database) return null;
  try {
    // A page of an earlier version made it.
    if (!database.objectStoreNames.contains(name)) return null;
    return await operation(database.transaction(name, mode).objectStore(name));
  } finally {
    database.close();
  }
}

function openSaved() {
  return new Promise((resolve) => {
    const request = indexedDB.open(SAVED_DATABASE);
    // It does not exist: do not make an empty one.
    request.onupgradeneeded = () => request.transaction.abort();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

function deleteDatabase(name) {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

function requested(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Seal bytes as a body: twelve bytes of IV, then the rest. Without a key (WebKitGTK stores none) they stay as they are. */
async function sealedBytes(key, bytes) {
  if (!key) return bytes;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return new Blob([iv, await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes)]);
}

async function unsealedBytes(key, bytes) {
  if (!key) return bytes;
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: bytes.slice(0, 12) }, key, bytes.slice(12));
}
