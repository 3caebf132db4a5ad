/**
 * Give the state that the server wrote in the page to its element, so that the first screen needs no request.
 *
 * @param {"client-inbox" | "staff-inbox"} tag
 */
export function passFirstState(tag) {
  const element = /** @type {import("./inbox-controller.js").InboxHost | null} */ (document.querySelector(tag));
  const state = document.getElementById("first-state")?.textContent;
  if (element && state) element.first = JSON.parse(state);
}
