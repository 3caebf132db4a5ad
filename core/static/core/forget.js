/** The prefix of everything stored on a device: keys of localStorage, databases of IndexedDB. */
export const DEVICE_KEYS = "liaison:";

/** Delete what this browser keeps of a person: drafts, messages and files that are not sent, and what can be read without network. */
export async function forgetDevice() {
  const ours = Object.keys(localStorage).filter((key) => key.startsWith(DEVICE_KEYS));
  ours.forEach((key) => localStorage.removeItem(key));
  await deleteDatabases();
}

async function deleteDatabases() {
  const databases = await indexedDB.databases().catch(() => []);
  const names = databases.map(({ name = "" }) => name).filter((name) => name.startsWith(DEVICE_KEYS));
  await Promise.all(names.map(deleteDatabase));
}

/** @param {string} name @returns {Promise<void>} */
function deleteDatabase(name) {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = () => resolve();
  });
}
