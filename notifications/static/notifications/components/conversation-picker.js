import { LitElement, css, html, nothing } from "lit";

import { ApiError, NetworkError } from "#core/api.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/emails/index.js";
import * as api from "../notifications-api.js";

/** @import { FoundConversation } from "../types.js" */

const PAUSE_MS = 250;
const SHOWN = 8;

/**
 * A search for a conversation. Sends `conversation-pick` {id} for the chosen one.
 */
export class ConversationPicker extends LitElement {
  static properties = { found: { state: true }, problem: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--space-2);
      }

      li button {
        display: grid;
        width: 100%;
        min-height: var(--touch);
        padding: var(--space-2) var(--space-3);
        border: 0;
        border-radius: var(--radius-m);
        background: transparent;
        text-align: start;
      }

      li button:hover {
        background: var(--surface-hover);
      }

      b {
        font-weight: 600;
        overflow-wrap: anywhere;
      }

      small,
      .hint {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
    `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #asked = "";

  constructor() {
    super();
    /** @type {FoundConversation[] | null} */
    this.found = null;
    this.problem = "";
  }

  /** @override */
  disconnectedCallback() {
    clearTimeout(this.#timer);
    super.disconnectedCallback();
  }

  /** @override */
  firstUpdated() {
    this.renderRoot.querySelector("input")?.focus();
  }

  /** @override */
  render() {
    const { found, problem } = this;
    return html`<div class="field">
        <label for="q">${t("findConversation")}</label>
        <input id="q" class="control" type="search" autocomplete="off" @input=${this.#onInput} />
      </div>
      ${problem ? html`<p class="error" role="alert">${problem}</p>` : nothing}
      ${found ? html`<p class="hint" role="status">${found.length === 0 ? t("foundNone") : t("foundSome", { n: found.length })}</p>` : nothing}
      <ul>
        ${(found ?? []).map(
          ({ id, subject, client, chantier }) => html`<li>
            <button @click=${() => this.#pick(id)}><b>${subject}</b><small>${[client.name, chantier?.name].filter(Boolean).join(" · ")}</small></button>
          </li>`,
        )}
      </ul>`;
  }

  /** @param {Event} event */
  #onInput(event) {
    this.#asked = /** @type {HTMLInputElement} */ (event.target).value.trim();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#search(), PAUSE_MS);
  }

  async #search() {
    const q = this.#asked;
    if (!q) {
      this.found = null;
      return;
    }
    try {
      const { results } = await api.findConversations(q);
      if (q !== this.#asked) return;
      this.problem = "";
      this.found = results.filter(({ accepts_messages }) => accepts_messages).slice(0, SHOWN);
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof NetworkError)) throw error;
      this.problem = error instanceof ApiError ? error.message : t("noNetwork");
    }
  }

  /** @param {string} id */
  #pick(id) {
    this.dispatchEvent(new CustomEvent("conversation-pick", { detail: { id }, bubbles: true, composed: true }));
  }
}

customElements.define("conversation-picker", ConversationPicker);
