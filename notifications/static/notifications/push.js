import { ApiError, NetworkError } from "#core/api.js";

import { isAppleBrowser } from "./apple.js";
import { labelOf } from "./device-label.js";
import * as api from "./notifications-api.js";
import { forget, recall, remember } from "./push-memory.js";
import { closeAll, isSupported, ready, register, subscription } from "./worker.js";

/** @import { Device, PushState } from "./types.js" */

/**
 * This browser as a device that receives notifications.
 *
 * What is "on" was switched on by this person, has the permission and the server's key, and was registered at this
 * start. What the browser, the push service or the server dropped is made again here, or shown as off.
 */

/** Bring this browser in line with what its person chose. One attempt a page, however often it is called. */
export function start() {
  return (started ??= exclusively(settle));
}

/** @type {Promise<void> | undefined} */
let started;

/** Do it again, for example after the permission changed. */
export function restart() {
  started = undefined;
  return start();
}

/** @returns {Promise<PushState>} */
export async function state() {
  if (!isSupported()) return isAppleBrowser() ? "install-first" : "unsupported";
  // Without an answer of the server, the last known state counts.
  await start().catch(() => undefined);
  if (Notification.permission === "denied") return "refused";
  const known = recall();
  if (known?.person !== person()) return "off";
  if (known.lost) return known.lost === "permission" ? "withdrawn" : "lost";
  return known.endpoint === (await endpoint()) ? "on" : "lost";
}

/** Ask for the permission and register this device. Return null if the person refuses. Call it only after a tap. */
export async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return null;
  return exclusively(renew);
}

/** Unsubscribe this device, here and on the server. */
export function turnOff() {
  return exclusively(unsubscribe);
}

/** Return the address that the server pushes to, or "" if this browser has none. */
export async function endpoint() {
  return (await subscription())?.endpoint ?? "";
}

async function unsubscribe() {
  const found = await subscription();
  await forgetOnServer(found?.endpoint ?? recall()?.endpoint ?? "");
  await found?.unsubscribe();
  forget();
}

async function settle() {
  await register();
  if (!isSupported()) return;
  if (!(await isChosen())) return leave();
  if (Notification.permission !== "granted") return withdraw();
  const known = recall();
  const device = await renew();
  // Its row was deleted although it is alive: by its person on another device, or by a logout elsewhere.
  if (known?.device && known.endpoint === device.endpoint && known.device !== device.id) await unsubscribe();
}

/** Tell if this person switched pushes on here. Without a note of it, the server knows whose the subscription is. */
async function isChosen() {
  const known = recall();
  if (known) return known.person === person();
  const found = await subscription();
  return found !== null && (await deviceAt(found.endpoint)) !== undefined;
}

/** Give up what another person left in this browser: subscription and shown notifications. */
async function leave() {
  const found = await subscription();
  if (!found && !recall()) return;
  forget();
  await closeAll();
  await found?.unsubscribe();
}

/** Give up a device whose permission was withdrawn in the settings of the browser. */
async function withdraw() {
  const found = await subscription();
  const old = found?.endpoint ?? recall()?.endpoint ?? "";
  remember({ person: person(), endpoint: "", lost: "permission" });
  await found?.unsubscribe();
  await forgetOnServer(old);
}

/**
 * Register this browser, with a new subscription if the old one is gone, dead or made with another key.
 * @returns {Promise<Device>}
 */
async function renew() {
  const old = recall()?.endpoint ?? "";
  try {
    const device = await registered();
    remember({ person: person(), endpoint: device.endpoint, device: device.id });
    if (old !== device.endpoint) await forgetOnServer(old);
    return device;
  } catch (error) {
    // Without an answer of the server nothing is known. It is asked again at the next start.
    if (!isUnanswered(error)) remember({ person: person(), endpoint: "", lost: "failed" });
    throw error;
  }
}

/** @param {unknown} error */
function isUnanswered(error) {
  return error instanceof NetworkError || (error instanceof ApiError && (error.isTemporary || error.status === 401));
}

async function registered() {
  const { key } = await api.pushKey();
  if (!key) throw new Error("no key");
  const made = await subscribed(key);
  try {
    return await post(made);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== GONE) throw error;
    // The push service told the server that this subscription is dead.
    await made.unsubscribe();
    return post(await subscribed(key));
  }
}

const GONE = 410;

/** Return a subscription for the server's key. @param {string} key */
async function subscribed(key) {
  const { pushManager } = await ready();
  const found = await pushManager.getSubscription();
  if (found && keyOf(found) === key) return found;
  await found?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
}

/** @param {PushSubscription} made */
function post(made) {
  return api.registerDevice(made.toJSON(), { label: labelOf(navigator.userAgent), application_server_key: keyOf(made) });
}

/** @param {string} old an endpoint */
async function forgetOnServer(old) {
  const device = old && (await deviceAt(old));
  if (device) await api.forgetDevice(device.id);
}

/** @param {string} wanted an endpoint */
async function deviceAt(wanted) {
  return (await api.listDevices()).find((device) => device.endpoint === wanted);
}

/** Let one tab at a time change the subscription. @template T @param {() => Promise<T>} act @returns {Promise<T>} */
async function exclusively(act) {
  return navigator.locks ? await navigator.locks.request("liaison:push", act) : act();
}

/** Return the id of the person to whom the page was given. */
function person() {
  return /** @type {HTMLMetaElement | null} */ (document.querySelector('meta[name="person"]'))?.content ?? "";
}

/** @param {string} key base64url */
function bytes(key) {
  const plain = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** Return the key of a subscription in base64url. @param {PushSubscription} made */
function keyOf(made) {
  const key = new Uint8Array(made.options.applicationServerKey ?? new ArrayBuffer());
  return btoa(String.fromCharCode(...key)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
