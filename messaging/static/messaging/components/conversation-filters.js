import { LitElement, css, html } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { FILTERS } from "../state/filters.js";

/** @import { FilterName } from "../state/filters.js" */

// Wait until a word is typed instead of searching at each letter.
const SEARCH_PAUSE_MS = 250;

/**
 * The filters and the search of the company's list. Sends `filter-change` {filter, q}.
 *
 * @property {FilterName} filter
 * @property {string} q
 */
export class ConversationFilters extends LitElement {
  static properties = { filter: {}, q: {} };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-4) var(--space-3);
        border-block-end: 1px solid var(--line);
      }

      .search {
        position: relative;
      }

      .search .icon {
        position: absolute;
        inset-block: 0;
        inset-inline-start: var(--space-3);
        height: 100%;
        color: var(--ink-soft);
        pointer-events: none;
      }

      .search .control {
        padding-inline-start: 2.6rem;
        border-color: var(--line-strong);
        border-radius: var(--radius-full);
        background: var(--surface-sunken);
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1);
      }

      button {
        min-height: 2rem;
        padding-inline: 0.7rem;
        border: 1px solid var(--line);
        border-radius: var(--radius-full);
        background: transparent;
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 600;
        white-space: nowrap;
      }

      button:hover {
        background: var(--surface-hover);
      }

      button[aria-pressed="true"] {
        border-color: transparent;
        background: var(--brand);
        color: var(--on-brand);
      }

      @media (hover: none), (max-width: 47.99rem) {
        ul {
          flex-wrap: nowrap;
          padding-block: 2px;
          margin-inline: calc(-1 * var(--space-4));
          overflow-x: auto;
          padding-inline: var(--space-4);
          scrollbar-width: none;
        }

        button {
          min-height: var(--touch);
        }
      }

      @media (forced-colors: active) {
        button[aria-pressed="true"] {
          border: 2px solid;
        }
      }
    `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;

  constructor() {
    super();
    /** @type {FilterName} */
    this.filter = "all";
    this.q = "";
  }

  /** @override */
  disconnectedCallback() {
    clearTimeout(this.#pause);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    return html`
      <div class="search" role="search">
        ${icons.search}
        <input
          class="control"
          type="search"
          enterkeyhint="search"
          aria-label=${t("search")}
          placeholder=${t("searchHint")}
          .value=${this.q}
          @input=${this.#onSearch}
        />
      </div>
      <ul aria-label=${t("filters")}>
        ${FILTERS.map(
          ({ name, label }) => html`<li>
            <button aria-pressed=${this.filter === name} @click=${() => this.#choose(name)}>${t(label)}</button>
          </li>`,
        )}
      </ul>
    `;
  }

  #onSearch() {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#send({ filter: this.filter, q: this.#query() }), SEARCH_PAUSE_MS);
  }

  /** @param {FilterName} filter */
  #choose(filter) {
    clearTimeout(this.#pause);
    this.#send({ filter, q: this.#query() });
  }

  #query() {
    return this.renderRoot.querySelector("input")?.value.trim() ?? "";
  }

  /** @param {{ filter: FilterName, q: string }} detail */
  #send(detail) {
    this.dispatchEvent(new CustomEvent("filter-change", { detail, bubbles: true, composed: true }));
  }
}

customElements.define("conversation-filters", ConversationFilters);
