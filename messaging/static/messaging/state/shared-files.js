/**
 * Files and a text that another app of the phone shared. The service worker wrote them (`sw/share.js` of
 * notifications); they wait here until they are in a conversation. A logout deletes the database.
 *
 * @typedef {{ files: File[], text: string }} Shared
 */

const DATABASE = "liaison:shared";
const STORE = "files";

/** Return all that waits. @returns {Promise<Shared>} */
export async function readShared() {
  /** @type {Shared[]} */
  const all = (await run("readonly", (store) => store.getAll())) ?? [];
  return { files: all.flatMap(({ files }) => files), text: all.map(({ text }) => text).filter(Boolean).join("\n") };
}

export async function forgetShared() {
  await run("readwrite", (store) => store.clear());
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} operation
 * @returns {Promise<any>} undefined if nothing was ever shared
 */
async function run(mode, operation) {
  const database = await open();
  if (!database) return undefined;
  try {
    const request = operation(database.transaction(STORE, mode).objectStore(STORE));
    return await new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase | null>} */
function open() {
  return new Promise((resolve) => {
    const request = indexedDB.open(DATABASE);
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}
