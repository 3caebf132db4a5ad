import * as api from "./notifications-api.js";

/** @import { Device, PushState } from "./types.js" */

/** This browser as a device that receives notifications. */

const WORKER = "/sw.js";

/** Start the service worker. Return null if the browser has none. */
export async function register() {
  if (!("serviceWorker" in navigator)) return null;
  return navigator.serviceWorker.register(/** @type {string} */ (trusted(WORKER)), { updateViaCache: "none" });
}

/** @returns {Promise<PushState>} */
export async function state() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return needsInstalling() ? "install-first" : "unsupported";
  if (Notification.permission === "denied") return "refused";
  return (await subscription()) ? "on" : "off";
}

/** Ask for the permission and register this device. Return null if the person refuses. Call it only after a tap. */
export async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const { key } = await api.pushKey();
  if (!key) throw new Error("no key");
  const worker = await ready();
  const made =
    (await worker.pushManager.getSubscription()) ??
    (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }));
  return post(made);
}

/**
 * Register the subscription of this browser again: it may have changed, or the server may have forgotten it.
 * @returns {Promise<Device | null>}
 */
export async function repeat() {
  const found = await subscription();
  return found && Notification.permission === "granted" ? post(found) : null;
}

/** Unsubscribe this device, here and on the server. @param {Device[]} devices */
export async function turnOff(devices) {
  const found = await subscription();
  const mine = devices.find(({ endpoint }) => endpoint === found?.endpoint);
  if (mine) await api.forgetDevice(mine.id);
  await found?.unsubscribe();
}

/** Return the address that the server pushes to, or "" if this browser has none. */
export async function endpoint() {
  return (await subscription())?.endpoint ?? "";
}

/** Close the notifications of a conversation that was read. @param {string} conversation */
export async function closeShown(conversation) {
  const worker = "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistration("/") : undefined;
  const shown = (await worker?.getNotifications({ tag: conversation.replaceAll("-", "") })) ?? [];
  shown.forEach((notification) => notification.close());
}

/** Return the name of a device for the list. Example: Chrome · Android. @param {string} agent */
export function labelOf(agent) {
  const browser = BROWSERS.find(([pattern]) => pattern.test(agent))?.[1] ?? "";
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1] ?? "";
  return [browser, system].filter(Boolean).join(" · ");
}

/** @type {[RegExp, string][]} */
const BROWSERS = [
  [/Edg/, "Edge"],
  [/OPR|Opera/, "Opera"],
  [/SamsungBrowser/, "Samsung Internet"],
  [/Firefox|FxiOS/, "Firefox"],
  [/Chrome|CriOS/, "Chrome"],
  [/Safari/, "Safari"],
];
/** @type {[RegExp, string][]} */
const SYSTEMS = [
  [/Android/, "Android"],
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "Mac"],
  [/Linux/, "Linux"],
];

/** @param {PushSubscription} made */
function post(made) {
  return api.registerDevice(made.toJSON(), labelOf(navigator.userAgent));
}

async function subscription() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) return null;
  const worker = await navigator.serviceWorker.getRegistration("/");
  return (await worker?.pushManager.getSubscription()) ?? null;
}

async function ready() {
  await register();
  return navigator.serviceWorker.ready;
}

/** Return true on iPhone and iPad, unless the site is installed on the home screen. */
function needsInstalling() {
  const isApple = /iPhone|iPad/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.userAgent));
  return isApple && !matchMedia("(display-mode: standalone)").matches;
}

/** @param {string} key base64url */
function bytes(key) {
  const plain = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
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
