import { LitElement, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { API, ApiError, NetworkError } from "#core/api.js";
import "#core/components/connection-banner.js";
import { EventStream } from "#core/events.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/emails/index.js";
import * as api from "../notifications-api.js";
import "./email-card.js";
import "./email-dialog.js";
import { pageStyles } from "./emails-to-sort-styles.js";

/** @import { Email } from "../types.js" */

/** @typedef {"waiting" | "automatic" | "set_aside" | "placed"} View */

/** What each view asks for. @type {Record<View, string>} */
const QUERIES = {
  waiting: "state=waiting&automatic=false",
  automatic: "state=waiting&automatic=true",
  set_aside: "state=set_aside",
  placed: "state=placed",
};
const VIEWS = /** @type {View[]} */ (Object.keys(QUERIES));
const LABELS = /** @type {const} */ ({ waiting: "viewWaiting", automatic: "viewAutomatic", set_aside: "viewSetAside", placed: "viewPlaced" });
const EMPTY = /** @type {const} */ ({ waiting: "noneWaiting", automatic: "noneAutomatic", set_aside: "noneSetAside", placed: "nonePlaced" });
const NOTICE_MS = 6_000;

/**
 * The page of the emails that are no messages. Its address names the view, and events update it.
 *
 * @property {{ id: string }} me
 */
export class EmailsToSort extends LitElement {
  static properties = {
    me: { attribute: false },
    view: { state: true },
    emails: { state: true },
    next: { state: true },
    counts: { state: true },
    busy: { state: true },
    notice: { state: true },
  };

  static styles = [shared, pageStyles];

  /** @type {EventStream | null} */
  #stream = null;
  /** Handled on this page: they stay in place, so that nothing jumps under a finger. @type {Set<string>} */
  #handled = new Set();
  /** Number of the last load, so that a slow answer never replaces a newer one. */
  #load = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;

  constructor() {
    super();
    /** @type {{ id: string } | null} */
    this.me = null;
    /** @type {View} */
    this.view = viewOf(location.search);
    /** Null until they are known. @type {Email[] | null} */
    this.emails = null;
    /** @type {string | null} */
    this.next = null;
    this.counts = { waiting: 0, automatic: 0 };
    this.busy = "";
    this.notice = "";
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    addEventListener("popstate", this.#onPopState);
    void this.#attempt(() => this.#refresh());
  }

  /** @override */
  disconnectedCallback() {
    removeEventListener("popstate", this.#onPopState);
    this.#stream?.stop();
    this.#stream = null;
    super.disconnectedCallback();
  }

  /** @override */
  willUpdate() {
    if (this.me && !this.#stream) this.#listen(this.me.id);
  }

  /** @override */
  updated() {
    document.title = `${t("emailsWaiting", { n: this.counts.waiting })} – Liaison`;
  }

  /** @override */
  render() {
    return html`<connection-banner ?disconnected=${this.#stream?.state !== "open"}></connection-banner>
      <div
        class="page"
        @email-place=${(/** @type {CustomEvent} */ { detail }) => this.#act(detail.email, () => api.placeEmail(detail.email.id, detail.conversation))}
        @email-open=${(/** @type {CustomEvent} */ { detail }) => this.#act(detail.email, () => api.openForEmail(detail.email.id))}
        @email-set-aside=${(/** @type {CustomEvent} */ { detail }) => this.#act(detail.email, () => api.setAsideEmail(detail.email.id))}
        @email-bring-back=${(/** @type {CustomEvent} */ { detail }) => this.#act(detail.email, () => api.bringBackEmail(detail.email.id))}
        @email-read=${(/** @type {CustomEvent} */ { detail }) => this.#read(detail.email)}
      >
        <header>
          <a class="icon-button" href="/staff/messages" aria-label=${t("back")}>${icons.back}</a>
          <h1>${t("emailsToSort")}</h1>
        </header>
        <p class="hint">${t("emailsHint")}</p>
        <nav aria-label=${t("emailsToSort")}>${VIEWS.map((view) => this.#viewLink(view))}</nav>
        ${this.#list()}
      </div>
      <div class="toast" role="status">${this.notice ? html`<p>${this.notice}</p>` : nothing}</div>
      <email-dialog></email-dialog>`;
  }

  /** @param {View} view */
  #viewLink(view) {
    const n = view === "waiting" || view === "automatic" ? this.counts[view] : 0;
    return html`<a href=${`?view=${view}`} aria-current=${view === this.view ? "page" : nothing} @click=${(/** @type {MouseEvent} */ event) => this.#go(event, view)}
      >${t(LABELS[view])}${n > 0 ? html` <b>${n}</b>` : nothing}</a
    >`;
  }

  #list() {
    const { emails } = this;
    if (!emails) return html`<p class="none" aria-busy="true">${t("loading")}</p>`;
    if (emails.length === 0) return html`<p class="none">${t(EMPTY[this.view])}</p>`;
    return html`<ul>
        ${repeat(emails, ({ id }) => id, (email) => html`<li><email-card data-id=${email.id} .email=${email} ?busy=${this.busy === email.id}></email-card></li>`)}
      </ul>
      ${this.next ? html`<button class="button more" @click=${() => this.#attempt(() => this.#more())}>${t("moreEmails")}</button>` : nothing}`;
  }

  /** @param {string} personId */
  #listen(personId) {
    this.#stream = new EventStream({ url: `${API}/stream`, personId });
    this.#stream.addEventListener("event", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.type === "emails.updated") void this.#attempt(() => this.#refresh());
    });
    this.#stream.addEventListener("state", () => {
      this.requestUpdate();
      if (this.#stream?.state === "open") void this.#attempt(() => this.#refresh());
    });
    this.#stream.addEventListener("session-ended", () => location.reload());
    this.#stream.start();
  }

  async #refresh() {
    const load = ++this.#load;
    const [page, counts] = await Promise.all([api.listEmails(QUERIES[this.view]), api.emailCounts()]);
    if (load !== this.#load) return;
    const kept = (this.emails ?? []).filter(({ id }) => this.#handled.has(id) && !page.results.some((each) => each.id === id));
    this.emails = [...page.results, ...kept].sort((one, other) => other.received_at.localeCompare(one.received_at));
    this.next = page.next;
    this.counts = counts;
  }

  async #more() {
    const load = this.#load;
    const page = await api.nextEmails(/** @type {string} */ (this.next));
    if (load !== this.#load) return;
    const known = new Set((this.emails ?? []).map(({ id }) => id));
    this.emails = [...(this.emails ?? []), ...page.results.filter(({ id }) => !known.has(id))];
    this.next = page.next;
  }

  /** @param {Email} email @param {() => Promise<Email>} act */
  async #act(email, act) {
    if (this.busy) return;
    this.busy = email.id;
    // The event may come before the answer.
    this.#handled.add(email.id);
    await this.#attempt(async () => {
      const changed = await act();
      this.emails = (this.emails ?? []).map((each) => (each.id === changed.id ? changed : each));
      this.counts = await api.emailCounts();
      await this.updateComplete;
      void this.renderRoot.querySelector(/** @type {"email-card"} */ (`[data-id="${changed.id}"]`))?.focusOutcome();
    });
    this.busy = "";
  }

  /** @param {Email} email */
  #read(email) {
    void this.renderRoot.querySelector("email-dialog")?.show(async () => (await api.readEmail(email.id)).original ?? null);
  }

  /** @param {MouseEvent} event @param {View} view */
  #go(event, view) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, "", `?view=${view}`);
    this.#show(view);
  }

  #onPopState = () => this.#show(viewOf(location.search));

  /** @param {View} view */
  #show(view) {
    this.view = view;
    this.emails = null;
    this.#handled.clear();
    void this.#attempt(() => this.#refresh());
  }

  /** @param {() => Promise<void>} act */
  async #attempt(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof NetworkError)) throw error;
      this.#say(error instanceof ApiError ? error.message : t("noNetwork"));
      // Somebody else may have handled it.
      if (error instanceof ApiError && error.status === 409) {
        this.#handled.clear();
        void this.#attempt(() => this.#refresh());
      }
    }
  }

  /** @param {string} notice */
  #say(notice) {
    this.notice = notice;
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => (this.notice = ""), NOTICE_MS);
  }
}

/** @param {string} search @returns {View} */
function viewOf(search) {
  const asked = /** @type {View} */ (new URLSearchParams(search).get("view") ?? "waiting");
  return VIEWS.includes(asked) ? asked : "waiting";
}

customElements.define("emails-to-sort", EmailsToSort);
