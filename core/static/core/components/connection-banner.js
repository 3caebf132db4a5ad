import { css, html, nothing } from "lit";

import { t } from "../i18n/core.js";
import { access } from "../session.js";
import { TurnElement } from "../turn-element.js";

// Do not mention shorter cuts: the stream comes back, and the page asks for what it missed.
const PATIENCE_MS = 5_000;

/**
 * Says that the page is not live any more, or that messages wait, once that has lasted five seconds.
 *
 * @property {boolean} disconnected the stream is away
 * @property {boolean} loggedOut the session has ended: nothing comes back before a login
 * @property {number} waiting number of messages that are not sent
 */
export class ConnectionBanner extends TurnElement {
  static properties = { disconnected: { type: Boolean }, loggedOut: { type: Boolean, attribute: "logged-out" }, waiting: { type: Number }, shown: { state: true } };

  static styles = css`
    p {
      padding: var(--space-2) var(--space-4);
      margin: 0;
      background: var(--note);
      color: var(--note-ink);
      font-size: var(--text-s);
      font-weight: 600;
      text-align: center;
    }

    /* Large enough for a fingertip. */
    a {
      display: inline-block;
      min-height: 24px;
      color: inherit;
    }
  `;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    this.disconnected = false;
    this.loggedOut = false;
    this.waiting = 0;
    this.shown = false;
  }

  /** @override */
  willUpdate() {
    const isDue = this.disconnected || this.waiting > 0;
    if (isDue && !this.#timer) this.#timer = setTimeout(() => (this.shown = true), PATIENCE_MS);
    if (isDue) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.shown = false;
  }

  /** @override */
  disconnectedCallback() {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    // Keep the live region in the page: screen readers often skip one that appears together with its text.
    return html`<div role="status">${this.shown ? html`<p>${this.#text} ${this.#login}</p>` : nothing}</div>`;
  }

  /** The way to the login, after the question was put off. A portal logs in by itself. */
  get #login() {
    return this.loggedOut && access.login ? html`<a href=${access.login}>${t("logInAgain")}</a>` : nothing;
  }

  get #connection() {
    if (!this.disconnected) return "";
    if (!navigator.onLine) return t("offline");
    return t(this.loggedOut ? "loggedOut" : "reconnecting");
  }

  get #text() {
    return [this.#connection, this.waiting > 0 ? t("messagesWaiting", { n: this.waiting }) : ""].filter(Boolean).join(" ");
  }
}

customElements.define("connection-banner", ConnectionBanner);
