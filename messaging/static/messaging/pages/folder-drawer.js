import { place } from "./place.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { InboxHost } from "./inbox-controller.js"
 */

// From here on there is room for the folders beside the list: as in staff-inbox-styles.js.
const WIDE = "(min-width: 84rem)";

/**
 * Where the folders are: a pane on a wide screen, else a drawer over the list. The drawer closes by its button, Escape, a tap
 * outside, Back, and a choice.
 *
 * @implements {ReactiveController}
 */
export class FolderDrawer {
  #host;
  // A test without a browser has none.
  #wide = globalThis.matchMedia?.(WIDE);

  /** @param {InboxHost} host */
  constructor(host) {
    this.#host = host;
    host.addController(this);
    host.addEventListener("list-chosen", () => this.#dialog?.close());
  }

  get isPane() {
    return this.#wide?.matches ?? false;
  }

  hostConnected() {
    this.#wide?.addEventListener("change", this.#onWidth);
    place.events.addEventListener("popstate", this.#onPopState);
  }

  hostDisconnected() {
    this.#wide?.removeEventListener("change", this.#onWidth);
    place.events.removeEventListener("popstate", this.#onPopState);
  }

  /** With an entry of the history, so that Back closes it. */
  open() {
    const { history, location } = place;
    history.pushState({ ...history.state, isDrawer: true }, "", location.pathname + location.search + location.hash);
    this.#dialog?.showModal();
  }

  /** A tap outside. @param {Event} event */
  onClick = ({ target, currentTarget }) => {
    if (target === currentTarget) this.close();
  };

  close = () => this.#dialog?.close();

  onClose = () => {
    if (place.history.state?.isDrawer) place.history.back();
  };

  #onWidth = () => {
    this.close();
    this.#host.requestUpdate();
  };

  #onPopState = () => {
    if (!place.history.state?.isDrawer) this.close();
  };

  /** @returns {HTMLDialogElement | null} */
  get #dialog() {
    return this.#host.renderRoot?.querySelector("dialog.of-folders") ?? null;
  }
}
