/** The service worker of this browser, and the notifications that it shows. */

const WORKER = "/sw.js";

export const isSupported = () => "serviceWorker" in navigator && "PushManager" in window;

/** Start the service worker. Return null if the browser has none. */
export async function register() {
  if (!("serviceWorker" in navigator)) return null;
  return navigator.serviceWorker.register(/** @type {string} */ (trusted(WORKER)), { updateViaCache: "none" });
}

export async function ready() {
  await register();
  return navigator.serviceWorker.ready;
}

/** @returns {Promise<PushSubscription | null>} */
export async function subscription() {
  if (!isSupported()) return null;
  const worker = await navigator.serviceWorker.getRegistration("/");
  return (await worker?.pushManager.getSubscription()) ?? null;
}

/** Return the shown notifications, or those of one tag. @param {string} [tag] */
export async function shown(tag) {
  const worker = "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistration("/") : undefined;
  return (await worker?.getNotifications(tag ? { tag } : {})) ?? [];
}

/** Close the notifications of a conversation that was read. @param {string} conversation */
export async function closeShown(conversation) {
  const mine = await shown(conversation.replaceAll("-", ""));
  mine.forEach((notification) => notification.close());
}

/** Let the service worker close the notifications of what was read elsewhere or deleted. */
export async function checkShown() {
  const worker = "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistration("/") : undefined;
  worker?.active?.postMessage({ kind: "check" });
}

export async function closeAll() {
  for (const notification of await shown()) notification.close();
  if ("clearAppBadge" in navigator) await navigator.clearAppBadge();
}

/** Return the address as a trusted type, which must come from a policy that the CSP names. */
function trusted(/** @type {string} */ address) {
  const types = /** @type {any} */ (window).trustedTypes;
  if (!types) return address;
  policy ??= types.createPolicy("liaison-worker", {
    createScriptURL: (/** @type {string} */ asked) => {
      if (asked !== WORKER) throw new TypeError(`not our worker: ${asked}`);
      return asked;
    },
  });
  return policy.createScriptURL(address);
}

/** @type {any} */
let policy;
