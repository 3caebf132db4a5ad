import { css, html } from "lit";

import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { desk } from "../desk/tools/i18n/index.js";

/**
 * The box that selects a row. With the keyboard, the key x does it, so it is no stop of the Tab key.
 *
 * @property {string} conversation its id
 * @property {string} subject
 * @property {boolean} checked
 * @fires {CustomEvent<{ id: string, isRange: boolean }>} row-check - select it or not; with Shift all from the last one on
 */
export class RowCheck extends TurnElement {
  static properties = { conversation: {}, subject: {}, checked: { type: Boolean } };

  static styles = [
    shared,
    css`
      label {
        display: grid;
        place-items: center;
        width: 100%;
        height: 100%;
        border-radius: var(--radius-m);
        background: inherit;
        cursor: pointer;
        user-select: none;
      }

      input {
        width: 1.125rem;
        height: 1.125rem;
        accent-color: var(--brand);
        cursor: inherit;
      }
    `,
  ];

  constructor() {
    super();
    this.conversation = "";
    this.subject = "";
    this.checked = false;
  }

  /** @override */
  render() {
    return html`<label>
      <input
        type="checkbox"
        tabindex="-1"
        aria-label=${desk("selectRow", { subject: this.subject })}
        .checked=${this.checked}
        @click=${this.#onClick}
      />
    </label>`;
  }

  /** @param {MouseEvent} event */
  #onClick({ shiftKey }) {
    const detail = { id: this.conversation, isRange: shiftKey };
    this.dispatchEvent(new CustomEvent("row-check", { detail, bubbles: true, composed: true }));
  }
}

customElements.define("row-check", RowCheck);
