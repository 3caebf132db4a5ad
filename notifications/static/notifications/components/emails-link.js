import { LitElement, css, html, nothing } from "lit";

import { ApiError, NetworkError } from "#core/api.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import * as api from "../notifications-api.js";

/**
 * The link to the emails that wait, with their number. It hears `live-event` and `live-open` of the page's stream.
 */
export class EmailsLink extends LitElement {
  static properties = { waiting: { state: true } };

  static styles = [
    shared,
    css`
      a {
        display: inline-flex;
        gap: var(--space-1);
        align-items: center;
        justify-content: center;
        min-width: var(--touch);
        height: var(--touch);
        padding-inline: var(--space-2);
        border-radius: var(--radius-m);
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 600;
        text-decoration: none;
        white-space: nowrap;
      }

      a:hover {
        background: var(--surface-hover);
        color: var(--ink);
      }

      .is-waiting {
        color: var(--accent);
      }

      .short,
      .number {
        display: none;
      }

      /* Beside the thread, the list is narrower than a phone. */
      @media (min-width: 48rem) {
        .long {
          display: none;
        }

        .number {
          display: inline;
        }
      }

      @media (min-width: 75rem) {
        .number {
          display: none;
        }

        .short {
          display: inline;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.waiting = 0;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    window.addEventListener("live-event", this.#hear);
    window.addEventListener("live-open", this.#ask);
    this.#ask();
  }

  /** @override */
  disconnectedCallback() {
    window.removeEventListener("live-event", this.#hear);
    window.removeEventListener("live-open", this.#ask);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    const n = this.waiting;
    return html`<a
      class=${n > 0 ? "is-waiting" : ""}
      href="/staff/emails"
      aria-label=${n > 0 ? t("emailsWaiting", { n }) : t("emailsToSort")}
      title=${t("emailsToSort")}
      >${icons.mail}${n > 0 ? this.#number(n) : nothing}</a
    >`;
  }

  /** @param {number} n */
  #number(n) {
    return html`<span class="long">${t("emailsWaiting", { n })}</span
      ><span class="short">${t("emailsWaitingShort", { n })}</span><span class="number">${n}</span>`;
  }

  /** @param {Event} event */
  #hear = (event) => {
    const { type, data } = /** @type {CustomEvent} */ (event).detail;
    if (type === "emails.updated") this.waiting = data.waiting;
  };

  #ask = async () => {
    try {
      this.waiting = (await api.emailCounts()).waiting;
    } catch (error) {
      // The link works without a number.
      if (!(error instanceof ApiError) && !(error instanceof NetworkError)) throw error;
    }
  };
}

customElements.define("emails-link", EmailsLink);
