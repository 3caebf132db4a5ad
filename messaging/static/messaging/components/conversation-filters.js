import { html, nothing } from "lit";

import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { desk } from "../desk/i18n/index.js";
import { deskIcons } from "../desk/icons.js";
import { icons } from "#core/icons.js";
import { t } from "../i18n/index.js";
import { NARROWS, without } from "../state/list-query.js";
import { filtersStyles } from "./conversation-filters-styles.js";
import "./search-field.js";

/**
 * @import { Api } from "#api"
 * @import { ListQuery } from "../state/list-query.js"
 */

/**
 * The search, the order and the filters of the company's list. Sends `search` {q} of the field too.
 *
 * @property {ListQuery} query what the list shows
 * @property {string} q the words that are searched
 * @property {boolean} searching a search is on: it is everywhere, so there are no filters of the list
 * @property {Api["Staff"][]} staff the people who may follow a conversation
 * @property {boolean} selecting rows are being selected
 * @fires {CustomEvent<{ query: Record<string, string> }>} list-query - another order or filter
 * @fires {CustomEvent<null>} staff-wanted - the choice of people is opened
 * @fires {CustomEvent<{ selecting: boolean }>} select-mode - a person begins or ends to select rows
 */
export class ConversationFilters extends TurnElement {
  static properties = {
    query: { attribute: false },
    q: {},
    searching: { type: Boolean },
    staff: { attribute: false },
    selecting: { type: Boolean },
    isOpen: { state: true },
  };

  static styles = [shared, filtersStyles];

  constructor() {
    super();
    /** @type {ListQuery} */
    this.query = {};
    this.q = "";
    this.searching = false;
    /** @type {Api["Staff"][]} */
    this.staff = [];
    this.selecting = false;
    this.isOpen = false;
  }

  /** @override */
  render() {
    const narrows = NARROWS.filter((name) => this.query[name]).length;
    const isByClock = this.query.sort === "answer_due";
    return html`
      <search-field q=${this.q} hint=${t("searchHint")} options ?on=${this.searching}></search-field>
      <div class="tools" role="group" aria-label=${t("filters")} ?hidden=${this.searching}>
        <button class="sort" aria-pressed=${isByClock} title=${desk("sortBy")} @click=${this.#sort}>
          ${deskIcons.sort}${desk(isByClock ? "sortClock" : "sortRecent")}
        </button>
        <button class="filter" aria-expanded=${this.isOpen} @click=${this.#toggle}>
          ${deskIcons.filter}${desk("narrowList")}${narrows > 0 ? html`<span class="narrows">${narrows}</span>` : nothing}
        </button>
        <button class="last" aria-pressed=${this.selecting} @click=${this.#select}>${icons.check}${desk("select")}</button>
      </div>
      ${this.isOpen && !this.searching ? html`<filter-panel .query=${this.query} .staff=${this.staff}></filter-panel>` : nothing}
    `;
  }

  #toggle() {
    this.isOpen = !this.isOpen;
    if (this.isOpen) this.#send("staff-wanted");
  }

  #sort() {
    this.#ask(this.query.sort ? without(this.query, "sort") : { ...this.query, sort: "answer_due" });
  }

  #select() {
    this.#send("select-mode", { selecting: !this.selecting });
  }

  /** @param {ListQuery} query */
  #ask(query) {
    this.#send("list-query", { query });
  }

  /** @param {string} type @param {object} [detail] */
  #send(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("conversation-filters", ConversationFilters);
