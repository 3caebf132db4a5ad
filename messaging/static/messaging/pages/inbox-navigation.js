import { ApiError } from "#core/api.js";
import { nextTask } from "#core/turns.js";

import { keptQuery, messageHash, pathOf, routeOf, waitingHash, withoutFiles } from "../state/routes.js";
import { place } from "./place.js";

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
  /** The message that the address names. @type {{ message: string, replies: boolean, keepsFocus: boolean } | null} */
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
    place.events.addEventListener("popstate", this.#onPopState);
    addEventListener("notification-open", this.#onNotification);
  }

  hostDisconnected() {
    place.events.removeEventListener("popstate", this.#onPopState);
    removeEventListener("notification-open", this.#onNotification);
  }

  /**
   * Go to an address of this page and add it to the history.
   *
   * @param {Route} route
   */
  go(route) {
    const hash = route.pane === "thread" && route.message ? messageHash(route.message) : "";
    place.history.pushState({ isOurs: true }, "", this.#addressOf(route) + hash);
    return this.#show(route);
  }

  /** Go to an address in place of the current one, to which nobody should come back. @param {Route} route */
  replace(route) {
    place.history.replaceState(place.history.state, "", this.#addressOf(route));
    return this.#show(route);
  }

  /** Go to a message of the conversation on screen. The back button still leads to the list. @param {string} message */
  reach(message) {
    place.history.replaceState(place.history.state, "", withoutFiles(place.location.pathname) + place.location.search + messageHash(message));
    return this.#goToMessage({ message });
  }

  /** Go back to the list: through the history, if the person came from it. */
  leave() {
    if (place.history.state?.isOurs) place.history.back();
    else void this.go({ pane: "list" });
  }

  /** Show what the address names. With `keepsFocus`, the focus stays where the person is typing. */
  showCurrent({ keepsFocus = false } = {}) {
    const route = routeOf(this.#inbox.host.base, place.location.pathname, place.location.hash);
    void this.#show(route.pane === "thread" ? { ...route, keepsFocus } : route);
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
    const { host, messenger } = this.#inbox;
    const isWaiting = route.pane === "thread" && messenger?.isWaiting(route.id);
    if (isWaiting) return pathOf(host.base, { pane: "new" }) + keptQuery(place.location.search) + waitingHash(route.id);
    return pathOf(host.base, route) + keptQuery(place.location.search);
  }

  /** Give a conversation on screen its address, now that the server has it. @param {string} id */
  async onSent(id) {
    const { host, messenger } = this.#inbox;
    if (host.pane !== "thread" || messenger?.openId !== id) return;
    this.#leaveWaitingAddress(id);
    await Promise.all([messenger.open(id), this.#inbox.loadFor({ pane: "thread", id })]);
  }

  /** @param {string} id */
  #leaveWaitingAddress(id) {
    if (place.location.hash !== waitingHash(id)) return;
    place.history.replaceState(place.history.state, "", this.#addressOf({ pane: "thread", id }));
  }

  /** @param {Route} route */
  async #show(route) {
    const { host, messenger } = this.#inbox;
    const from = messenger?.openId ?? "";
    host.pane = route.pane;
    const photo = route.pane === "thread" ? (route.file ?? "") : "";
    const wasPhoto = this.#inbox.files.hidePhoto(photo);
    // A photo is shown over the messages or over the library.
    if (!photo) this.showFiles(route.pane === "thread" ? (route.files ?? "") : "");
    if (route.pane === "thread" && route.id === from) {
      if (photo) return this.#inbox.files.showPhoto(photo);
      return wasPhoto ? undefined : this.#goToMessage(route);
    }
    this.target = null;
    this.#inbox.set({ mode: "reply", formError: "" });
    this.#onShow();
    try {
      await Promise.all([this.#inbox.saving?.open(route.pane === "thread" ? route.id : null), this.#inbox.loadFor(route)]);
      // It may have been sent while it was loading here, or before, by the service worker.
      if (route.pane === "thread") this.#leaveWaitingAddress(route.id);
      if (route.pane === "thread" && route.message) await this.#goToMessage(route);
      else await this.#moveFocus(route, from);
      if (photo) await this.#inbox.files.showPhoto(photo);
    } catch (error) {
      const isUnknown = error instanceof ApiError && error.status === 404;
      if (isUnknown && route.pane === "thread" && place.location.hash === waitingHash(route.id)) return this.#showWaiting(route.id);
      this.#inbox.tell(error);
      if (isUnknown) void this.go({ pane: "list" });
    }
  }

  /** Show a conversation that the server did not have when the page began. @param {string} id */
  async #showWaiting(id) {
    const { messenger, host } = this.#inbox;
    await this.#inbox.started;
    host.requestUpdate();
    if (messenger?.isWaiting(id)) return;
    await this.#inbox.attempt(() => messenger?.open(id));
    if (messenger?.conversation) this.#leaveWaitingAddress(id);
    else void this.go({ pane: "list" });
  }

  /** Go to the message that an address names, in the conversation on screen. @param {{ message?: string, replies?: boolean, keepsFocus?: boolean }} route */
  async #goToMessage({ message, replies = false, keepsFocus = false }) {
    if (!message) return;
    const { host, messenger } = this.#inbox;
    await this.#inbox.attempt(() => messenger?.reach(message));
    this.target = { message, replies, keepsFocus };
    host.requestUpdate();
    await host.updateComplete;
    if (replies) host.renderRoot.querySelector("conversation-thread")?.focusComposer();
  }

  /**
   * @param {Route} route
   * @param {string} from the conversation that was on screen
   */
  async #moveFocus(route, from) {
    const { host, takeover } = this.#inbox;
    await host.updateComplete;
    await takeover.done.then(nextTask);
    // The person may have begun to write while the page was loading.
    const isInForm = host.shadowRoot?.activeElement?.localName === "conversation-form";
    if (route.pane === "new" && !isInForm) host.renderRoot.querySelector("conversation-form")?.focusField(this.#inbox.takeover.field);
    const row = from || this.#inbox.takeover.row;
    if (route.pane === "list" && row) for (const list of host.renderRoot.querySelectorAll("conversation-list")) list.focusRow(row);
    const thread = host.renderRoot.querySelector("conversation-thread");
    if (route.pane !== "thread" || !thread) return;
    await thread.updateComplete;
    const isWriting = takeover.isWriting || (!from && thread.shadowRoot?.activeElement?.localName === "message-composer");
    // On a phone the keyboard would hide the messages.
    if (matchMedia("(pointer: coarse)").matches && !isWriting) thread.focusHeading();
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
