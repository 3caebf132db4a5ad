import { access } from "#core/session.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { InboxController } from "./inbox-controller.js"
 */

/**
 * The key `/` goes to the search: of the list, or of the conversation if only that is on screen. Ctrl+F stays the browser's.
 *
 * @implements {ReactiveController}
 */
export class SearchKey {
  #inbox;

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    inbox.host.addController(this);
  }

  hostConnected() {
    // The keys of a portal's page are the portal's.
    if (access.isOurs) addEventListener("keydown", this.#onKey);
  }

  hostDisconnected() {
    removeEventListener("keydown", this.#onKey);
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
    const { host, messenger } = this.#inbox;
    const root = host.renderRoot;
    const filters = root.querySelector("conversation-filters");
    const field = (filters?.renderRoot ?? root).querySelector("search-field");
    if (field?.checkVisibility({ visibilityProperty: true })) field.focus();
    else if (messenger?.openId) host.dispatchEvent(new CustomEvent("find-open"));
    else return;
    event.preventDefault();
  };
}

/** @param {KeyboardEvent} event */
function isWriting(event) {
  const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
  return /^(input|textarea|select)$/i.test(target.tagName) || target.isContentEditable;
}
