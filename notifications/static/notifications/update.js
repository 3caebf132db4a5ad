import "./components/app-notice.js";
import { t } from "./i18n/index.js";
import { isWriting } from "./calm.js";
import { register } from "./worker.js";

/**
 * Says that a new version is there, and loads it after a tap. The new service worker waits until then, and the page
 * goes on with the files it was made with. Other open pages are not reloaded: they take theirs from what the device
 * keeps of the version before.
 */

const CHECK_EVERY_MS = 1_000;
// A page of an installed app stays open for days.
const LOOK_EVERY_MS = 60 * 60_000;

export async function watchUpdates() {
  const registration = await register();
  if (!registration) return;
  const look = () => void (registration.waiting && navigator.serviceWorker.controller && offer(registration));
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  setInterval(() => void registration.update().catch(() => {}), LOOK_EVERY_MS);
  look();
}

/** @type {HTMLElementTagNameMap["app-notice"] | undefined} */
let notice;

/** @param {ServiceWorkerRegistration} registration */
function offer(registration) {
  if (notice) return;
  notice = document.createElement("app-notice");
  Object.assign(notice, { text: t("newVersion"), action: t("reload") });
  notice.addEventListener("notice-act", () => apply(registration));
  notice.addEventListener("notice-dismiss", () => notice?.remove());
  document.body.append(notice);
}

/** Reload now, or as soon as nothing is being written. @param {ServiceWorkerRegistration} registration */
function apply(registration) {
  if (isWriting()) {
    Object.assign(notice ?? {}, { text: t("reloadLater"), action: "" });
    setTimeout(() => notice?.isConnected && apply(registration), CHECK_EVERY_MS);
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting?.postMessage({ kind: "activate" });
}
