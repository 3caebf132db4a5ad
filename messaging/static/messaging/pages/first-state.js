import { isShell, shellFilled } from "#core/shell.js";

import { routeOf } from "../state/routes.js";
import { savedFirstState } from "../state/saved-conversations.js";

/** @import { InboxHost } from "./inbox-controller.js" */

// The pages that the server writes for links without scripts. Elements load such pages by themselves.
const PAGES = ["before", "after", "cursor"];

/**
 * Give the state that the server wrote in the page to its element, so that the first screen needs no request. In the
 * shell, it is the state that this device keeps.
 *
 * @param {"client-inbox" | "staff-inbox"} tag
 */
export function passFirstState(tag) {
  const { pathname, search, hash } = location;
  if (PAGES.some((name) => new URLSearchParams(search).has(name))) return location.replace(pathname + hash);
  const element = /** @type {InboxHost | null} */ (document.querySelector(tag));
  const state = document.getElementById("first-state")?.textContent;
  if (element && state) element.first = JSON.parse(state);
  else if (element && isShell()) void passSavedState(element);
}

/** @param {InboxHost} element */
async function passSavedState(element) {
  const saved = await shellFilled();
  const route = routeOf(element.getAttribute("base") ?? "", location.pathname);
  const first = saved && (await savedFirstState(saved, route.pane === "thread" ? route.id : null));
  saved?.close();
  // Emptied since the service worker looked: it answers its page for that.
  if (first) element.first = first;
  else location.reload();
}
