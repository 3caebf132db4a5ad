import { wait } from "./backoff.js";

/** Everything that the pages keep on a device begins so: keys of localStorage, databases of IndexedDB. */
export const DEVICE_KEYS = "liaison:";

// A database that another tab holds must not keep somebody from leaving.
const FORGETTING_MS = 1_000;

/**
 * Leaving takes the page's elements away, which closes their stream: a late answer for somebody who has
 * left would lead elsewhere than to the login. Then the device forgets drafts, messages and files not sent
 * yet: the next one to use it may be somebody else.
 */
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-logout]"));

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  document.getElementById("main")?.replaceChildren();
  const ours = Object.keys(localStorage).filter((key) => key.startsWith(DEVICE_KEYS));
  ours.forEach((key) => localStorage.removeItem(key));
  await Promise.race([forgetDatabases(), wait(FORGETTING_MS)]);
  form.submit();
});

async function forgetDatabases() {
  const databases = await indexedDB.databases().catch(() => []);
  const names = databases.map(({ name = "" }) => name).filter((name) => name.startsWith(DEVICE_KEYS));
  await Promise.all(names.map(forgetDatabase));
}

/** @param {string} name @returns {Promise<void>} */
function forgetDatabase(name) {
  return new Promise((resolve) => {
    const asking = indexedDB.deleteDatabase(name);
    asking.onsuccess = asking.onerror = () => resolve();
  });
}
