import { css, html } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import "./search-field.js";

/**
 * The search inside one conversation: a field, the place among the hits, and the way from one to the next. Sends
 * `search` {q}, `find-move` {step} (1 is older) and `find-close`.
 *
 * @property {string} q
 * @property {string} says "3 sur 12", or why nothing is shown
 * @property {number} count the number of hits
 */
export class ThreadSearch extends TurnElement {
  static properties = { q: {}, says: {}, count: { type: Number } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        padding: var(--space-1) var(--space-2) var(--space-1) var(--space-4);
        border-block-end: 1px solid var(--line);
        background: var(--surface);
      }

      .ways {
        display: flex;
      }

      p {
        grid-column: 1 / -1;
        padding-block: var(--space-1);
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
      }

      p:empty {
        display: none;
      }

      .icon-button:disabled {
        opacity: 0.4;
      }

      .older .icon {
        rotate: 90deg;
      }

      .newer .icon {
        rotate: -90deg;
      }
    `,
  ];

  constructor() {
    super();
    this.q = "";
    this.says = "";
    this.count = 0;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    // Before the field, which would search for the same text again.
    this.addEventListener("keydown", this.#onKey, { capture: true });
  }

  /** Focus the field, once it is there. */
  async focusField() {
    await this.updateComplete;
    const field = this.renderRoot.querySelector("search-field");
    await field?.updateComplete;
    field?.focus();
  }

  /** @override */
  render() {
    return html`<search-field q=${this.q} hint=${t("findHint")} name=${t("find")}></search-field>
      <div class="ways">
        ${this.#button("older", t("findOlder"), icons.previous, () => this.#send("find-move", { step: 1 }))}
        ${this.#button("newer", t("findNewer"), icons.previous, () => this.#send("find-move", { step: -1 }))}
        <button class="icon-button" aria-label=${t("findClose")} title=${t("findClose")} @click=${() => this.#send("find-close", {})}>${icons.close}</button>
      </div>
      <p role="status">${this.says}</p>`;
  }

  /** @param {string} name @param {string} label @param {unknown} icon @param {() => void} act */
  #button(name, label, icon, act) {
    return html`<button class="icon-button ${name}" aria-label=${label} title=${label} ?disabled=${this.count < 2} @click=${act}>${icon}</button>`;
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      this.#send("find-close", {});
    }
    // A second Enter goes on.
    if (event.key === "Enter" && this.count > 1 && this.#typed === this.q && event.composedPath()[0] instanceof HTMLInputElement) {
      event.preventDefault();
      event.stopPropagation();
      this.#send("find-move", { step: event.shiftKey ? -1 : 1 });
    }
  };

  get #typed() {
    return this.renderRoot.querySelector("search-field")?.text;
  }

  /** @param {string} type @param {object} detail */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("thread-search", ThreadSearch);
