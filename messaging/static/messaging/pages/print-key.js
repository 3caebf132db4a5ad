import { access } from "#core/session.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { InboxController } from "./inbox-controller.js"
 */

/**
 * The keys of the browser's print open the page that prints the whole conversation on screen. Its own page holds only the
 * messages that were scrolled to.
 *
 * @implements {ReactiveController}
 */
export class PrintKey {
  #inbox;

  /** @param {InboxController} inbox */
  constructor(inbox) {
    this.#inbox = inbox;
    inbox.host.addController(this);
  }

  hostConnected() {
    addEventListener("keydown", this.#onKey);
  }

  hostDisconnected() {
    removeEventListener("keydown", this.#onKey);
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const isPrint = event.key.toLowerCase() === "p" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    const path = isPrint ? printPath(this.#inbox) : "";
    if (!path) return;
    event.preventDefault();
    open(path, "_blank");
  };
}

/** Return the address that prints the conversation on screen; empty if there is none. @param {InboxController} inbox */
export function printPath({ host, messenger }) {
  const id = messenger?.openId;
  return access.isOurs && host.pane === "thread" && id && !messenger.isWaiting(id) ? `${host.base}/${id}/print` : "";
}

/** Return the address of the PDF of the conversation on screen; empty if there is none. @param {InboxController} inbox */
export function pdfPath(inbox) {
  return printPath(inbox).replace(/print$/, "pdf");
}

/** Return the address that exports the conversation on screen; empty if there is none. @param {InboxController} inbox */
export function exportPath(inbox) {
  const base = printPath(inbox) ? inbox.host.base.replace(/messages$/, "exports") : "";
  return base && `${base}?conversation=${inbox.messenger?.openId}`;
}
