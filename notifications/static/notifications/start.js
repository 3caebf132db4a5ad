import { ApiError, NetworkError } from "#core/api.js";

import "./components/delivery-state.js";
import "./components/mute-button.js";
import "./components/silent-devices.js";
import * as api from "./notifications-api.js";
import * as push from "./push.js";

/**
 * What every page of the app does about notifications: runs the service worker, registers this device
 * again, says that someone looks, keeps the badge right, takes away what was read elsewhere, follows a
 * notification that was tapped, and says when a device shows nothing any more.
 *
 * Sends on `window`: `notification-open` {path, replies} (cancelable: cancel it after showing that place without
 * a reload), and `notification-pushed` {conversation}, when something arrived that the stream may have
 * missed.
 */

// The server forgets after 60 s.
const PRESENT_EVERY_MS = 40_000;

/** @param {() => Promise<unknown>} act */
async function quietly(act) {
  try {
    await act();
  } catch (error) {
    // Notifications are beside what one came for: the page goes on without.
    if (!(error instanceof ApiError) && !(error instanceof NetworkError)) console.warn(error);
  }
}

const isVisible = () => document.visibilityState === "visible";

async function showUnread() {
  if (!("setAppBadge" in navigator)) return;
  const { total } = await api.unread();
  await (total > 0 ? navigator.setAppBadge(total) : navigator.clearAppBadge());
}

function sayPresent() {
  if (isVisible()) void quietly(() => api.sayPresent(true));
}

function onVisibility() {
  void quietly(() => api.sayPresent(isVisible()));
  if (isVisible()) void quietly(showUnread);
}

/** @param {string} path @param {boolean} replies */
function open(path, replies) {
  const event = new CustomEvent("notification-open", { detail: { path, replies }, cancelable: true });
  if (window.dispatchEvent(event)) location.assign(path);
}

/** @param {MessageEvent} event */
function onWorkerMessage({ data }) {
  if (data.kind === "open") open(data.path, data.replies);
  if (data.kind !== "pushed") return;
  window.dispatchEvent(new CustomEvent("notification-pushed", { detail: { conversation: data.conversation } }));
  void quietly(showUnread);
}

/** Read here or on another device: neither the badge nor a notification may go on about it. @param {Event} event */
function onLiveEvent(event) {
  const { type, data } = /** @type {CustomEvent} */ (event).detail;
  if (type !== "unread.updated" || data.unread_count > 0) return;
  void quietly(() => push.closeShown(data.conversation));
  void quietly(showUnread);
}

async function showSilentDevices() {
  // The page of notifications says it beside each device.
  if (document.querySelector("notification-preferences")) return;
  const notice = document.createElement("silent-devices");
  notice.devices = await api.listDevices();
  document.querySelector("main")?.before(notice);
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", onWorkerMessage);
  // Added by `addEventListener`, the messages that wait are only handed out once asked for.
  navigator.serviceWorker.startMessages();
  void quietly(async () => {
    await push.register();
    await push.repeat();
  });
}
addEventListener("live-event", onLiveEvent);
document.addEventListener("visibilitychange", onVisibility);
setInterval(sayPresent, PRESENT_EVERY_MS);
sayPresent();
void quietly(showUnread);
void quietly(showSilentDevices);
