import { LitElement, css, html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";

import { desk } from "../desk/tools/i18n/index.js";
import { NARROWS, without } from "../state/list-query.js";

/**
 * @import { Api } from "#api"
 * @import { ListQuery } from "../state/list-query.js"
 */

const TYPING_MS = 400;

/**
 * What narrows the company's list.
 *
 * @property {ListQuery} query what the list shows
 * @property {Api["Staff"][]} staff the people who may follow a conversation
 * @fires {CustomEvent<{ query: Record<string, string> }>} list-query - a person narrowed it otherwise
 */
export class FilterPanel extends LitElement {
  static properties = { query: { attribute: false }, staff: { attribute: false } };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
        padding-block: var(--space-2) var(--space-3);
      }

      .check {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        min-height: 2rem;
      }
    `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  constructor() {
    super();
    /** @type {ListQuery} */
    this.query = {};
    /** @type {Api["Staff"][]} */
    this.staff = [];
  }

  /** @override */
  disconnectedCallback() {
    clearTimeout(this.#typing);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    const narrows = NARROWS.filter((name) => this.query[name]).length;
    const { assigned_to: owner = "", about = "", unread } = this.query;
    return html`
      <label class="check"
        ><input type="checkbox" ?checked=${unread === "true"} @change=${this.#onUnread} /> ${desk("onlyUnread")}</label
      >
      <div class="field">
        <label for="owner">${desk("ownedFilter")}</label>
        <select id="owner" class="control" .value=${owner} @change=${this.#onOwner}>
          <option value="" ?selected=${!owner}>${desk("ownedAnybody")}</option>
          <option value="me" ?selected=${owner === "me"}>${desk("ownedMe")}</option>
          <option value="none" ?selected=${owner === "none"}>${desk("ownedNone")}</option>
          ${this.staff.map(({ id, name }) => html`<option value=${id} ?selected=${owner === id}>${name}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="about">${desk("aboutFilter")}</label>
        <input id="about" class="control" type="search" autocomplete="off" .value=${about} @input=${this.#onAbout} />
      </div>
      ${narrows > 0 ? html`<button class="button" @click=${this.#clear}>${desk("clearFilters")}</button>` : nothing}
    `;
  }

  #clear() {
    this.#ask(NARROWS.reduce((query, name) => without(query, name), this.query));
  }

  /** @param {Event} event */
  #onUnread({ target }) {
    this.#narrowBy("unread", /** @type {HTMLInputElement} */ (target).checked ? "true" : "");
  }

  /** @param {Event} event */
  #onOwner({ target }) {
    this.#narrowBy("assigned_to", /** @type {HTMLSelectElement} */ (target).value);
  }

  /** @param {Event} event */
  #onAbout({ target }) {
    const text = /** @type {HTMLInputElement} */ (target).value.trim();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#narrowBy("about", text), TYPING_MS);
  }

  /** @param {string} name @param {string} value */
  #narrowBy(name, value) {
    this.#ask(value ? { ...this.query, [name]: value } : without(this.query, name));
  }

  /** @param {ListQuery} query */
  #ask(query) {
    this.dispatchEvent(new CustomEvent("list-query", { detail: { query }, bubbles: true, composed: true }));
  }
}

customElements.define("filter-panel", FilterPanel);
