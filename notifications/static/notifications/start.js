import { idle } from "#core/idle.js";
import { shellFilled } from "#core/shell.js";

import "./components/delivery-state.js";
import "./components/email-original.js";
import "./components/mute-button.js";
import { openLaunched } from "./launch.js";
import * as api from "./notifications-api.js";
import { quietly } from "./quietly.js";
import { checkShown, closeShown } from "./worker.js";

/**
 * The part of notifications that runs on every page from its start: reports presence, updates the badge, closes notifications of what was read elsewhere or deleted, and opens a tapped one. `rest.js` does what
 * nobody waits for.
 *
 * Sends on `window`: `notification-open` {path, replies}, which a page cancels if it shows that address without a
 * reload, and `notification-pushed` {conversation}, after a push whose event the stream may have missed.
 */

// The server forgets after 60 s.
const PRESENT_EVERY_MS = 40_000;

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
  if (isVisible()) catchUp();
}

/** Correct what may have changed while no page was visible. */
function catchUp() {
  void quietly(showUnread);
  void quietly(checkShown);
}

/** End the presence with the page, whether it is closed or left. */
function onPageHide() {
  if (isVisible()) void quietly(() => api.sayPresent(false));
}

/** A page that comes back from the browser's memory starts no script again. @param {PageTransitionEvent} event */
function onPageShow({ persisted }) {
  if (persisted) onVisibility();
}

/** @param {string} path @param {boolean} replies */
function open(path, replies) {
  const event = new CustomEvent("notification-open", { detail: { path, replies }, cancelable: true });
  if (window.dispatchEvent(event)) location.assign(path);
}

/** @param {MessageEvent} event */
function onWorkerMessage({ data }) {
  if (data.kind === "open") open(data.path, data.replies);
  if (data.kind === "sync") window.dispatchEvent(new CustomEvent("background-sync", { detail: { tag: data.tag } }));
  if (data.kind !== "pushed") return;
  window.dispatchEvent(new CustomEvent("notification-pushed", { detail: { conversation: data.conversation } }));
  void quietly(showUnread);
}

/** After a conversation was read here or on another device, update the badge and close its notifications. @param {Event} event */
function onLiveEvent(event) {
  const { type, data } = /** @type {CustomEvent} */ (event).detail;
  if (type !== "unread.updated" || data.unread_count > 0) return;
  void quietly(() => closeShown(data.conversation));
  void quietly(showUnread);
}

async function begin() {
  await shellFilled();
  await idle();
  setInterval(sayPresent, PRESENT_EVERY_MS);
  sayPresent();
  catchUp();
}

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", onWorkerMessage);
  // With `addEventListener`, waiting messages are delivered only after this call.
  navigator.serviceWorker.startMessages();
}
addEventListener("live-event", onLiveEvent);
document.addEventListener("visibilitychange", onVisibility);
addEventListener("pagehide", onPageHide);
addEventListener("pageshow", onPageShow);
openLaunched(open);
void begin();
