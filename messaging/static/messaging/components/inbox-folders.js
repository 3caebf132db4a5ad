import { html, nothing } from "lit";

import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { desk } from "../desk/i18n/index.js";
import { deskIcons } from "../desk/icons.js";
import { FOLDERS, folderOf, isSameQuery, searchOf } from "../state/list-query.js";
import { foldersStyles } from "./inbox-folders-styles.js";

/**
 * @import { Me } from "#core/types.js"
 * @import { Folders, SavedFilter } from "../list-api.js"
 * @import { FolderName, ListQuery } from "../state/list-query.js"
 */

const ICONS = { ...icons, ...deskIcons };
const EMAILS = "/staff/emails";
// A count of the server stops there.
const COUNTED_MAX = 1_000;
// What somebody must do something about.
const PRESSING = new Set(["to_answer", "unassigned", "mentions", "emails"]);

/**
 * The folders of the company with their numbers, and the filters that are kept.
 *
 * @property {Folders | null} counts of GET /folders; null: not known yet
 * @property {SavedFilter[]} saved
 * @property {ListQuery} query what the list shows
 * @property {string} base the address of the list
 * @property {Me | null} me the answer of GET /me
 * @fires {CustomEvent<{ query: Record<string, string> }>} list-query - a person chose a folder or a filter
 * @fires {CustomEvent<{ filter: SavedFilter | null }>} filter-edit - keep what is shown, or change a filter
 */
export class InboxFolders extends TurnElement {
  static properties = {
    counts: { attribute: false },
    saved: { attribute: false },
    query: { attribute: false },
    base: {},
    me: { attribute: false },
  };

  static styles = [shared, foldersStyles];

  constructor() {
    super();
    /** @type {Folders | null} */
    this.counts = null;
    /** @type {SavedFilter[]} */
    this.saved = [];
    /** @type {ListQuery} */
    this.query = {};
    this.base = "";
    /** @type {Me | null} */
    this.me = null;
  }

  /** @override */
  render() {
    const isSaved = this.saved.some(({ query }) => isSameQuery(query, this.query));
    const isPlain = Object.keys(this.query).every((name) => name === "folder");
    return html`
      <ul>
        ${FOLDERS.slice(0, -1).map((folder) => this.#folder(folder))}
        <li>${this.#link({ name: "emails", label: desk("folderEmails"), icon: "mail", href: EMAILS })}</li>
        ${FOLDERS.slice(-1).map((folder) => this.#folder(folder))}
      </ul>
      ${this.saved.length > 0 || !isPlain ? html`<h3>${desk("savedFilters")}</h3>` : nothing}
      <ul>
        ${this.saved.map((filter) => this.#savedFilter(filter))}
      </ul>
      ${isPlain || isSaved
        ? nothing
        : html`<button class="add" @click=${() => this.#edit(null)}>${icons.plus}${desk("saveFilter")}</button>`}
    `;
  }

  /** @param {(typeof FOLDERS)[number]} folder */
  #folder({ name, label, icon }) {
    /** @type {ListQuery} */
    const query = name === "open" ? {} : { folder: name };
    return html`<li>${this.#link({ name, label: desk(label), icon, query, href: this.#address(query) })}</li>`;
  }

  /** @param {SavedFilter} filter */
  #savedFilter(filter) {
    const { name, owner, is_shared } = filter;
    const isMine = owner.id === this.me?.id || this.me?.role === "manager";
    const title = is_shared && owner.id !== this.me?.id ? desk("filterSharedBy", { name: owner.name }) : name;
    const label = desk("filterActions", { name });
    return html`<li class="saved">
      ${this.#link({ name: filter.id, label: name, icon: "filter", query: filter.query, href: this.#address(filter.query), title })}
      ${isMine
        ? html`<button class="icon-button" aria-label=${label} title=${label} @click=${() => this.#edit(filter)}>${icons.more}</button>`
        : nothing}
    </li>`;
  }

  /** @param {{ name: string, label: string, icon: keyof typeof ICONS, query?: ListQuery, href: string, title?: string }} item */
  #link({ name, label, icon, query, href, title }) {
    const count = this.counts?.[/** @type {FolderName} */ (name)];
    const isCurrent = query && isSameQuery(query, this.query);
    const isInside = query && !isCurrent && name === folderOf(this.query) && !this.saved.some((filter) => isSameQuery(filter.query, this.query));
    return html`<a
      href=${href}
      class=${PRESSING.has(name) && count ? "is-pressing" : ""}
      title=${title ?? nothing}
      aria-current=${isCurrent || isInside ? "page" : nothing}
      @click=${(/** @type {MouseEvent} */ event) => query && this.#choose(event, query)}
      >${ICONS[icon]}<span class="label">${label}</span>${countLabel(count)}</a
    >`;
  }

  /** @param {ListQuery} query */
  #address(query) {
    return this.base ? this.base + searchOf(query) : "#";
  }

  /** @param {MouseEvent} event @param {ListQuery} query */
  #choose(event, query) {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("list-query", { detail: { query }, bubbles: true, composed: true }));
  }

  /** @param {SavedFilter | null} filter */
  #edit(filter) {
    this.dispatchEvent(new CustomEvent("filter-edit", { detail: { filter }, bubbles: true, composed: true }));
  }
}

/** @param {number | undefined} n */
function countLabel(n) {
  if (!n) return nothing;
  const shown = n >= COUNTED_MAX ? desk("countOrMore", { n }) : n;
  return html`<span class="count" aria-hidden="true">${shown}</span><span class="visually-hidden">(${shown})</span>`;
}

customElements.define("inbox-folders", InboxFolders);
