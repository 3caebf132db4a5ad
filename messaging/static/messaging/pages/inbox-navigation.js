import { ApiError } from "#core/api.js";

import { messageHash, pathOf, routeOf } from "../state/routes.js";

/**
 * @import { ReactiveController } from "lit"
 * @import { FilesScope, Route } from "../state/routes.js"
 * @import { InboxController } from "./inbox-controller.js"
 */

/**
 * The addresses of an inbox: shows what an address names, writes the history, and moves the focus.
 *
 * @implements {ReactiveController}
 */
export class InboxNavigation {
  /** The files shown instead of the messages. @type {FilesScope} */
  files = "";
  /** The message that the address names. @type {{ message: string, replies: boolean } | null} */
  target = null;

  #inbox;
  #onShow;

  /**
   * @param {InboxController} inbox
   * @param {{ onShow: () => void }} options
   */
  constructor(inbox, { onShow }) {
    this.#inbox = inbox;
    this.#onShow = onShow;
    inbox.host.addController(this);
  }

  hostConnected() {
    addEventListener("popstate", this.#onPopState);
    addEventListener("notification-open", this.#onNotification);
  }

  hostDisconnected() {
    removeEventListener("popstate", this.#onPopState);
    removeEventListener("notification-open", this.#onNotification);
  }

  /**
   * Go to an address of this page and add it to the history.
   *
   * @param {Route} route
   */
  go(route) {
    const hash = route.pane === "thread" && route.message ? messageHash(route.message) : "";
    history.pushState({ isOurs: true }, "", this.#addressOf(route) + hash);
    return this.#show(route);
  }

  /** Go to an address in place of the current one, to which nobody should come back. @param {Route} route */
  replace(route) {
    history.replaceState(history.state, "", this.#addressOf(route));
    return this.#show(route);
  }

  /** Go back to the list: through the history, if the person came from it. */
  leave() {
    if (history.state?.isOurs) history.back();
    else void this.go({ pane: "list" });
  }

  showCurrent() {
    void this.#show(routeOf(this.#inbox.host.base, location.pathname, location.hash));
  }

  /** @param {FilesScope} files */
  showFiles(files) {
    this.files = files;
    this.#inbox.host.requestUpdate();
  }

  /** @param {MouseEvent} event on a link to the form of a new conversation */
  openForm(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    void this.go({ pane: "new" });
  }

  /** @param {Route} route */
  #addressOf(route) {
    return pathOf(this.#inbox.host.base, route) + location.search;
  }

  /** @param {Route} route */
  async #show(route) {
    const { host, messenger } = this.#inbox;
    const from = messenger?.openId ?? "";
    host.pane = route.pane;
    this.showFiles(route.pane === "thread" ? (route.files ?? "") : "");
    if (route.pane === "thread" && route.id === from) return this.#goToMessage(route);
    this.target = null;
    this.#inbox.set({ mode: "reply", formError: "" });
    this.#onShow();
    try {
      await Promise.all([messenger?.open(route.pane === "thread" ? route.id : null), this.#inbox.loadFor(route)]);
      if (route.pane === "thread" && route.message) await this.#goToMessage(route);
      else await this.#moveFocus(route, from);
    } catch (error) {
      this.#inbox.tell(error);
      if (error instanceof ApiError && error.status === 404) void this.go({ pane: "list" });
    }
  }

  /** Go to the message that an address names, in the conversation on screen. @param {{ message?: string, replies?: boolean }} route */
  async #goToMessage({ message, replies = false }) {
    if (!message) return;
    const { host, messenger } = this.#inbox;
    await this.#inbox.attempt(() => messenger?.reach(message));
    this.target = { message, replies };
    host.requestUpdate();
    await host.updateComplete;
    if (replies) host.renderRoot.querySelector("conversation-thread")?.focusComposer();
  }

  /**
   * @param {Route} route
   * @param {string} from the conversation that was on screen
   */
  async #moveFocus(route, from) {
    const { host } = this.#inbox;
    await host.updateComplete;
    if (route.pane === "new") host.renderRoot.querySelector("conversation-form")?.focus();
    if (route.pane === "list" && from) host.renderRoot.querySelector("conversation-list")?.focusRow(from);
    const thread = host.renderRoot.querySelector("conversation-thread");
    if (route.pane !== "thread" || !thread) return;
    await thread.updateComplete;
    // On a phone the keyboard would hide the messages.
    if (matchMedia("(pointer: coarse)").matches) thread.focusHeading();
    else thread.focusComposer();
  }

  /** Show here the address of a notification that was tapped, without a reload. @param {Event} event */
  #onNotification = (event) => {
    const { path, replies } = /** @type {CustomEvent} */ (event).detail;
    const { base } = this.#inbox.host;
    const { pathname, hash } = new URL(path, location.origin);
    if (!`${pathname}/`.startsWith(`${base}/`)) return;
    event.preventDefault();
    const route = routeOf(base, pathname, hash);
    void this.go(route.pane === "thread" ? { ...route, replies } : route);
  };

  #onPopState = () => this.showCurrent();
}
