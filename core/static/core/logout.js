import { wait } from "./backoff.js";
import "./components/logout-question.js";
import { forgetDevice } from "./forget.js";
import { countUnsent } from "./unsent.js";

// Neither a database that another tab keeps open nor a push service that is away may block the logout.
const CLEAN_UP_TIMEOUT_MS = 1_000;

/**
 * Log out. Remove the elements first, which closes their stream: a late answer to a logged-out person would lead
 * away from the login page. Then close what is shown, and delete drafts, messages and files that are not sent, because
 * another person may use the device next: after asking, if messages or files would be lost. All of this works without a
 * network.
 */
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-logout]"));

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!(await mayForget())) return;
  document.getElementById("main")?.replaceChildren();
  await Promise.race([Promise.allSettled([silence(), forgetDevice()]), wait(CLEAN_UP_TIMEOUT_MS)]);
  form.submit();
});

/** Ask, unless everything is sent. @returns {Promise<boolean>} */
async function mayForget() {
  const unsent = countUnsent();
  if (unsent.messages + unsent.files === 0) return true;
  const question = document.createElement("logout-question");
  document.body.append(question);
  return question.ask(unsent);
}

/** Close the notifications, clear the badge and end the push subscription of this browser. */
async function silence() {
  const worker = "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistration("/") : undefined;
  for (const notification of (await worker?.getNotifications()) ?? []) notification.close();
  if ("clearAppBadge" in navigator) void navigator.clearAppBadge();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
}
