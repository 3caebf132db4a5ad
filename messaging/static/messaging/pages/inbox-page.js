import { LitElement, html, nothing } from "lit";

import "#attachments/components/attachment-gallery.js";
import { ApiError } from "#core/api.js";
import "#core/components/connection-banner.js";

import { t } from "../i18n/index.js";
import * as api from "../messaging-api.js";
import { Messenger, NEW_CONVERSATION } from "../state/messenger.js";
import { messageHash, pathOf, routeOf } from "../state/routes.js";
import "../components/conversation-form.js";
import "../components/conversation-list.js";
import "../components/conversation-thread.js";
import { InboxFiles } from "./inbox-files.js";

/**
 * @import { PropertyValues } from "lit"
 * @import { Chantier, Client, Conversation, FirstState, Note } from "../types.js"
 * @import { FilesScope, Route } from "../state/routes.js"
 */

const NOTICE_MS = 6_000;

/**
 * What the client's and the company's pages have in common: addresses, the messenger, and what becomes of the
 * events that the elements inside send. Each page adds its panes.
 *
 * @property {FirstState} first what the server wrote in the page
 * @property {string} base the address of its list
 */
export class InboxPage extends LitElement {
  static properties = {
    first: { attribute: false },
    base: {},
    pane: { reflect: true },
    notice: { state: true },
    formError: { state: true },
    isSubmitting: { state: true },
    chantiers: { state: true },
    clients: { state: true },
    next: { state: true },
    files: { state: true },
    target: { state: true },
  };

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;

  constructor() {
    super();
    /** @type {FirstState | null} */
    this.first = null;
    this.base = "";
    /** @type {Route["pane"]} */
    this.pane = "list";
    this.notice = "";
    this.formError = "";
    this.isSubmitting = false;
    /** @type {Chantier[]} */
    this.chantiers = [];
    /** @type {Client[]} */
    this.clients = [];
    /** Where the list goes on. @type {string | null} */
    this.next = null;
    /** @type {FilesScope} */
    this.files = "";
    /** The message that the address names. @type {{ message: string, replies: boolean } | null} */
    this.target = null;
    /** @type {"reply" | "note"} */
    this.mode = "reply";
    /** @type {Messenger | null} */
    this.messenger = null;
    this.#listen();
    new InboxFiles(this);
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    addEventListener("popstate", this.#onPopState);
    addEventListener("notification-open", this.#onNotification);
    if (this.first) this.#begin(this.first);
  }

  /** @override */
  disconnectedCallback() {
    removeEventListener("popstate", this.#onPopState);
    removeEventListener("notification-open", this.#onNotification);
    clearTimeout(this.#noticeTimer);
    this.messenger?.stop();
    this.messenger = null;
    super.disconnectedCallback();
  }

  /** @override @param {PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("first") && this.first && !this.messenger) this.#begin(this.first);
  }

  /** @override */
  updated() {
    const n = this.messenger?.store.unreadTotal ?? 0;
    const title = `${t("messages")} – Liaison`;
    document.title = n > 0 ? t("titleWithUnread", { n, title }) : title;
  }

  /** @param {FirstState} first */
  #begin(first) {
    this.messenger = new Messenger(first);
    this.next = first.conversations.next;
    this.chantiers = first.chantiers ?? [];
    this.messenger.addEventListener("change", () => this.requestUpdate());
    // The address stays in ?next=, so that one comes back here; drafts wait on the device.
    this.messenger.addEventListener("session-ended", () => location.reload());
    this.messenger.start();
    void this.show(routeOf(this.base, location.pathname, location.hash));
  }

  /**
   * Go to an address of this page, in its history.
   *
   * @param {Route} route
   */
  go(route) {
    const hash = route.pane === "thread" && route.message ? messageHash(route.message) : "";
    history.pushState({ isOurs: true }, "", pathOf(this.base, route) + location.search + hash);
    return this.show(route);
  }

  /** Back to the list: the way one came, when one came from it. */
  leave() {
    if (history.state?.isOurs) history.back();
    else void this.go({ pane: "list" });
  }

  /** @param {Route} route */
  async show(route) {
    const from = this.messenger?.openId ?? "";
    this.pane = route.pane;
    this.files = route.pane === "thread" ? (route.files ?? "") : "";
    if (route.pane === "thread" && route.id === from) return this.#goTo(route);
    this.target = null;
    this.mode = "reply";
    this.formError = "";
    try {
      await Promise.all([this.messenger?.open(route.pane === "thread" ? route.id : null), this.onShow(route)]);
      if (route.pane === "thread" && route.message) await this.#goTo(route);
      else await this.#moveFocus(route, from);
    } catch (error) {
      this.tell(error);
      if (error instanceof ApiError && error.status === 404) void this.go({ pane: "list" });
    }
  }

  /** Go to the message that an address names, in the conversation on screen. @param {{ message?: string, replies?: boolean }} route */
  async #goTo({ message, replies = false }) {
    if (!message) return;
    await this.attempt(() => this.messenger?.reach(message));
    this.target = { message, replies };
    await this.updateComplete;
    if (replies) this.renderRoot.querySelector("conversation-thread")?.focusComposer();
  }

  /**
   * What else a page loads for an address.
   *
   * @param {Route} route
   */
  async onShow(route) {
    if (route.pane !== "new" || this.chantiers.length > 0) return;
    const isStaff = this.messenger?.me.role !== "client";
    [this.chantiers, this.clients] = await Promise.all([api.listChantiers(), isStaff ? api.listClients() : []]);
  }

  /**
   * @param {Route} route
   * @param {string} from the conversation that one leaves
   */
  async #moveFocus(route, from) {
    await this.updateComplete;
    if (route.pane === "new") this.renderRoot.querySelector("conversation-form")?.focus();
    if (route.pane === "list" && from) this.renderRoot.querySelector("conversation-list")?.focusRow(from);
    const thread = this.renderRoot.querySelector("conversation-thread");
    if (route.pane !== "thread" || !thread) return;
    await thread.updateComplete;
    // On a phone the keyboard would hide what one came to read.
    if (matchMedia("(pointer: coarse)").matches) thread.focusHeading();
    else thread.focusComposer();
  }

  /** A notification was tapped while this page is open: show its place here, without a reload. @param {Event} event */
  #onNotification = (event) => {
    const { path, replies } = /** @type {CustomEvent} */ (event).detail;
    const { pathname, hash } = new URL(path, location.origin);
    if (!`${pathname}/`.startsWith(`${this.base}/`)) return;
    event.preventDefault();
    const route = routeOf(this.base, pathname, hash);
    void this.go(route.pane === "thread" ? { ...route, replies } : route);
  };

  #onPopState = () => void this.show(routeOf(this.base, location.pathname, location.hash));

  /** Say what went wrong, for a moment. @param {unknown} error */
  tell(error) {
    if (!(error instanceof ApiError)) console.warn(error);
    this.notice = error instanceof ApiError ? t("actionFailed", { reason: error.message }) : t("noNetwork");
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => (this.notice = ""), NOTICE_MS);
  }

  /** @param {(() => Promise<unknown> | undefined)} act */
  async attempt(act) {
    try {
      await act();
    } catch (error) {
      this.tell(error);
    }
  }

  #listen() {
    /** @type {Record<string, (detail: any) => void>} */
    const handlers = {
      "conversation-open": ({ id }) => void this.go({ pane: "thread", id }),
      "thread-back": () => this.leave(),
      "form-cancel": () => this.#leaveForm(),
      "form-change": (opening) => this.messenger?.drafts.keepConversationDraft(opening),
      "list-end": () => void this.attempt(() => this.#loadNext()),
      "conversation-submit": (draft) => void this.#submit(draft),
      draft: ({ text, mode }) => this.messenger?.drafts.keepDraft(this.draftPlace(mode), text),
      composing: () => this.messenger?.sayTyping(),
      compose: (written) => void this.attempt(() => this.compose(written)),
      "mode-change": ({ mode }) => this.#changeMode(mode),
      edge: ({ side }) => void this.attempt(() => this.messenger?.loadMore(side)),
      "to-end": () => void this.attempt(() => this.#jumpToEnd()),
      seen: ({ seq }) => void this.messenger?.markRead(seq),
      "message-edit": ({ message, body }) => void this.attempt(() => this.messenger?.edit(message, body)),
      "message-delete": ({ message }) => void this.attempt(() => this.messenger?.remove(message)),
      "message-retry": ({ id }) => this.messenger?.outbox.retry(id),
      "message-discard": ({ id }) => this.messenger?.discard(id),
      "action-failed": ({ error }) => this.tell(error),
      "note-delete": ({ note }) => void this.attempt(() => this.messenger?.removeNote(note)),
    };
    for (const [type, handle] of Object.entries(handlers)) {
      this.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail));
    }
  }

  /** @param {{ body: string, mode: "reply" | "note" }} written */
  async compose({ body }) {
    this.messenger?.send(body);
    this.scrollToEnd();
  }

  #leaveForm() {
    this.messenger?.discardNew();
    this.leave();
  }

  /** One sees what one has just written. */
  scrollToEnd() {
    this.renderRoot.querySelector("conversation-thread")?.toBottom();
  }

  async #jumpToEnd() {
    await this.messenger?.loadEnd();
    await this.updateComplete;
    await this.renderRoot.querySelector("conversation-thread")?.updateComplete;
    this.scrollToEnd();
  }

  /** @param {"reply" | "note"} mode */
  #changeMode(mode) {
    this.mode = mode;
    this.requestUpdate();
  }

  async #loadNext() {
    if (!this.next || !this.messenger) return;
    const page = await api.nextPage(this.next);
    this.messenger.store.mergeConversations(page.results).forEach((id) => void this.messenger?.sync.catchUp(id));
    this.next = page.next;
  }

  /** @param {Parameters<typeof api.openConversation>[0]} draft */
  async #submit(draft) {
    const { messenger } = this;
    if (!messenger) return;
    this.isSubmitting = true;
    this.formError = "";
    try {
      const conversation = await messenger.begin(draft);
      // The form's address is no place to come back to.
      history.replaceState(history.state, "", pathOf(this.base, { pane: "thread", id: conversation.id }) + location.search);
      await this.show({ pane: "thread", id: conversation.id });
    } catch (error) {
      this.formError = error instanceof ApiError ? error.message : t("noNetwork");
    } finally {
      this.isSubmitting = false;
    }
  }

  /** @param {"reply" | "note"} mode */
  draftPlace(mode) {
    return `${mode}:${this.messenger?.openId ?? ""}`;
  }

  /** Parts that both pages show. */

  banner() {
    return html`<connection-banner ?disconnected=${!this.messenger?.isConnected}></connection-banner>`;
  }

  toast() {
    return html`<div class="toast" role="alert">${this.notice ? html`<p>${this.notice}</p>` : nothing}</div>
      <attachment-gallery></attachment-gallery>`;
  }

  /** @param {Conversation[]} conversations */
  list(conversations) {
    const { messenger } = this;
    return html`<conversation-list
      .conversations=${conversations}
      .unread=${new Map(messenger?.store.unread)}
      .me=${messenger?.me}
      selected=${messenger?.openId ?? ""}
      base=${this.base}
      ?has-more=${this.next !== null}
    ></conversation-list>`;
  }

  /** @param {{ notes?: Note[], detailsOpen?: boolean }} [options] */
  thread({ notes = [], detailsOpen = false } = {}) {
    const { messenger } = this;
    const conversation = messenger?.conversation;
    if (!messenger || !conversation) return nothing;
    const history = messenger.store.histories.get(conversation.id);
    return html`<conversation-thread
      .conversation=${conversation}
      .history=${history}
      .messages=${history?.messages}
      .pending=${messenger.outbox.of(conversation.id)}
      .notes=${notes}
      .me=${messenger.me}
      .unreadAfter=${messenger.unreadAfter}
      .draft=${messenger.drafts.draft(this.draftPlace(this.mode))}
      mode=${this.mode}
      typing=${messenger.typing?.name ?? ""}
      .sendings=${messenger.uploader.sendings}
      .target=${this.target}
      files=${this.files}
      ?details-open=${detailsOpen}
      ><mute-button slot="actions" conversation=${conversation.id}></mute-button
    ></conversation-thread>`;
  }

  /** @param {boolean} isStaff */
  form(isStaff) {
    return html`<conversation-form
      .chantiers=${this.chantiers}
      .clients=${this.clients}
      ?staff=${isStaff}
      ?busy=${this.isSubmitting}
      error=${this.formError}
      .chosen=${this.messenger?.uploader.of(NEW_CONVERSATION) ?? []}
      .kept=${this.messenger?.drafts.conversationDraft() ?? null}
    ></conversation-form>`;
  }
}
