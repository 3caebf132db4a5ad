import { wait } from "./backoff.js";

/** The prefix of everything stored on a device: keys of localStorage, databases of IndexedDB. */
export const DEVICE_KEYS = "liaison:";

// A database that another tab keeps open must not block the logout.
const DELETE_TIMEOUT_MS = 1_000;

/**
 * Log out. Remove the elements first, which closes their stream: a late answer to a logged-out person would lead
 * away from the login page. Then delete drafts, messages and files that are not sent, because another person may use
 * the device next.
 */
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-logout]"));

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  document.getElementById("main")?.replaceChildren();
  const ours = Object.keys(localStorage).filter((key) => key.startsWith(DEVICE_KEYS));
  ours.forEach((key) => localStorage.removeItem(key));
  await Promise.race([deleteDatabases(), wait(DELETE_TIMEOUT_MS)]);
  form.submit();
});

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
