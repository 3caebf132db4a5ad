import { css, html } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { desk } from "../desk/tools/i18n/index.js";
import { deskIcons } from "../desk/icons.js";

/** @typedef {"assign" | "close" | "reopen" | "snooze"} BulkAction */

/**
 * What can be done with the selected rows.
 *
 * @property {number} count how many are selected
 * @property {boolean} closed they are of the folder of the closed ones
 * @fires {CustomEvent<{ action: BulkAction }>} bulk-action - a person chose what to do
 * @fires {CustomEvent<null>} select-all - select all that is shown
 * @fires {CustomEvent<{ selecting: boolean }>} select-mode - select nothing more
 */
export class BulkBar extends TurnElement {
  static properties = { count: { type: Number }, closed: { type: Boolean } };

  static styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        gap: 0;
        align-items: center;
        padding: var(--space-1) var(--space-2) var(--space-1) var(--space-4);
        border-block-end: 1px solid var(--line);
        background: var(--brand-tint);
      }

      .count {
        margin-inline-end: auto;
        font-size: var(--text-s);
        font-weight: 650;
      }

      button {
        display: inline-flex;
        gap: var(--space-1);
        align-items: center;
        min-height: 2.25rem;
        padding-inline: var(--space-2);
        border: 0;
        border-radius: var(--radius-m);
        background: transparent;
        color: var(--brand-text);
        font-size: var(--text-s);
        font-weight: 600;
      }

      button:hover:not(:disabled) {
        background: var(--surface);
      }

      button:disabled {
        opacity: 0.5;
      }

      .icon {
        width: 1rem;
        height: 1rem;
      }

      /* Six things in one line: rows do not move when it comes. */
      :host {
        container-type: inline-size;
      }

      @container (width < 30rem) {
        .icon:has(+ .label) {
          display: none;
        }
      }

      @media (hover: none) {
        button {
          min-height: var(--touch);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.count = 0;
    this.closed = false;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.setAttribute("role", "toolbar");
    this.setAttribute("aria-label", desk("bulkActions"));
  }

  /** @override */
  render() {
    const end = this.closed ? /** @type {const} */ ("reopen") : /** @type {const} */ ("close");
    return html`
      <span class="count" role="status">${desk("selected", { n: this.count })}</span>
      <button @click=${() => this.#send("select-all")}>${desk("selectAllShown")}</button>
      ${this.#action("assign", "bulkAssign", icons.person)} ${this.#action(end, this.closed ? "bulkReopen" : "bulkClose", icons.check)}
      ${this.closed ? "" : this.#action("snooze", "bulkPause", deskIcons.pause)}
      <button aria-label=${desk("selectNone")} title=${desk("selectNone")} @click=${() => this.#send("select-mode", { selecting: false })}>
        ${icons.close}
      </button>
    `;
  }

  /** @param {BulkAction} action @param {"bulkAssign" | "bulkClose" | "bulkReopen" | "bulkPause"} label @param {unknown} icon */
  #action(action, label, icon) {
    return html`<button ?disabled=${this.count === 0} title=${desk(label)} @click=${() => this.#send("bulk-action", { action })}>${icon}<span class="label">${desk(label)}</span></button>`;
  }

  /** @param {string} type @param {object} [detail] */
  #send(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("bulk-bar", BulkBar);
