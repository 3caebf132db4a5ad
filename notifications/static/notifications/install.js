import { idle } from "#core/idle.js";

import "./components/app-notice.js";
import { isAppleBrowser } from "./apple.js";
import { isWriting } from "./calm.js";
import { t } from "./i18n/index.js";

/**
 * Offers to install the app, in our own words and at a calm moment: on the list, to somebody who has been here before
 * and is not writing. Dismissed, it is not offered again for three months. The preferences always have it.
 */

const CALM_AFTER_MS = 10_000;
const DISMISSED_DAYS = 90;
const MS_PER_DAY = 24 * 60 * 60_000;
const LIST = /^\/(client|staff)\/messages\/?$/;
// About the device, not about a person: a logout leaves them.
const VISITS = "liaison:app-visits";
const DISMISSED = "app-install-dismissed";

/** The browser's own question, to be asked once. @type {{ prompt: () => Promise<{ outcome: string }> } | null} */
let question = null;

/** @typedef {"installed" | "offered" | "by-hand" | "none"} InstallState */

/** @returns {InstallState} */
export function installState() {
  if (matchMedia("(display-mode: standalone)").matches) return "installed";
  if (question) return "offered";
  return isAppleBrowser() ? "by-hand" : "none";
}

/** Ask the browser's question. Call it after a tap only. @returns {Promise<boolean>} whether the app is being installed */
export async function install() {
  const asked = question;
  question = null;
  const isAccepted = (await asked?.prompt())?.outcome === "accepted";
  announce();
  return isAccepted;
}

export function watchInstall() {
  // From before this script was there: core/templates/core/scripts.html.
  question = /** @type {any} */ (window).installPrompt ?? null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    question = /** @type {any} */ (event);
    announce();
  });
  addEventListener("appinstalled", () => {
    question = null;
    announce();
  });
  void idle().then(countVisit);
  setTimeout(() => isCalm() && offer(), CALM_AFTER_MS);
}

/** Tell the preferences that `installState` may differ. */
function announce() {
  dispatchEvent(new Event("install-state"));
}

function isCalm() {
  const isOffered = ["offered", "by-hand"].includes(installState());
  return isOffered && LIST.test(location.pathname) && Number(localStorage.getItem(VISITS)) > 1 && !isDismissed() && !isWriting();
}

function isDismissed() {
  return Date.now() - Number(localStorage.getItem(DISMISSED)) < DISMISSED_DAYS * MS_PER_DAY;
}

/** Count the sessions of this browser, not its pages. */
function countVisit() {
  if (sessionStorage.getItem(VISITS)) return;
  sessionStorage.setItem(VISITS, "1");
  localStorage.setItem(VISITS, String(Number(localStorage.getItem(VISITS)) + 1));
}

function offer() {
  const notice = document.createElement("app-notice");
  const isByHand = installState() === "by-hand";
  Object.assign(notice, { text: t("installOffer"), action: t(isByHand ? "installHow" : "install") });
  notice.addEventListener("notice-act", () => {
    notice.remove();
    if (isByHand) location.assign("/notifications");
    else void install().then((isAccepted) => isAccepted || dismiss());
  });
  notice.addEventListener("notice-dismiss", () => {
    notice.remove();
    dismiss();
  });
  addEventListener("popstate", () => notice.remove(), { once: true });
  document.body.append(notice);
}

function dismiss() {
  localStorage.setItem(DISMISSED, String(Date.now()));
}
