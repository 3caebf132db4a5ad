import { wait } from "./backoff.js";

/** The prefix of everything stored on a device: keys of localStorage, databases of IndexedDB. */
export const DEVICE_KEYS = "liaison:";

// Neither a database that another tab keeps open nor a push service that is away may block the logout.
const CLEAN_UP_TIMEOUT_MS = 1_000;

/**
 * Log out. Remove the elements first, which closes their stream: a late answer to a logged-out person would lead
 * away from the login page. Then close what is shown, and delete drafts, messages and files that are not sent, because
 * another person may use the device next. All of this works without a network.
 */
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-logout]"));

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  document.getElementById("main")?.replaceChildren();
  const ours = Object.keys(localStorage).filter((key) => key.startsWith(DEVICE_KEYS));
  ours.forEach((key) => localStorage.removeItem(key));
  await Promise.race([Promise.allSettled([silence(), deleteDatabases()]), wait(CLEAN_UP_TIMEOUT_MS)]);
  form.submit();
});

/** Close the notifications, clear the badge and end the push subscription of this browser. */
async function silence() {
  const worker = "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistration("/") : undefined;
  for (const notification of (await worker?.getNotifications()) ?? []) notification.close();
  if ("clearAppBadge" in navigator) void navigator.clearAppBadge();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
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
