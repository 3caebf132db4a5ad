import { css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { locale } from "#core/i18n/index.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { listFiles, nextFiles } from "../attachments-api.js";
import { captionOf } from "../caption.js";
import { detailOf, isPicture } from "../files.js";
import { t } from "../i18n/index.js";
import "./attachment-tile.js";

/**
 * @import { LibraryItem, LibraryPage } from "../types.js"
 * @typedef {"all" | "photos" | "documents"} Sort
 */

/**
 * The photos and documents of a conversation, or of its whole chantier, newest first. It loads them by itself.
 *
 * @property {string} conversation the id of the conversation
 * @property {string} chantier the id of its chantier; empty if there is none
 * @property {"conversation" | "chantier"} scope of which of them
 * @property {LibraryPage | null} page the first page of the conversation's files, if it is known
 * @property {number} stamp a change of it loads the first page again
 * @fires {CustomEvent<{ id: string, items: LibraryItem[] }>} attachment-open - show a photo, such as by `<attachment-gallery>`
 * @fires {CustomEvent<{ scope: "conversation" | "chantier" }>} library-scope - a person chose the other scope
 */
export class AttachmentLibrary extends TurnElement {
  static properties = {
    conversation: {},
    chantier: {},
    scope: {},
    page: { attribute: false },
    stamp: { type: Number },
    items: { state: true },
    sort: { state: true },
    state: { state: true },
  };

  static styles = [
    shared,
    css`
      :host {
        display: block;
        overflow-y: auto;
        padding: var(--space-4);
        background: var(--surface-sunken);
        color: var(--ink);
      }

      .inside {
        display: grid;
        gap: var(--space-4);
        max-width: 56rem;
        margin-inline: auto;
      }

      .choices {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-5);
        justify-content: space-between;
      }

      .choices > div {
        display: flex;
        gap: var(--space-1);
      }

      .choices button {
        min-height: 2.25rem;
        padding-inline: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-full);
        background: var(--surface);
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 600;
      }

      .choices button[aria-pressed="true"] {
        border-color: transparent;
        background: var(--brand);
        color: var(--on-brand);
      }

      @media (hover: none) {
        .choices button {
          min-height: var(--touch);
        }
      }

      h3 {
        margin-block-end: var(--space-2);
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 650;
      }

      h3::first-letter {
        text-transform: uppercase;
      }

      .pictures {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(6.75rem, 1fr));
        gap: var(--space-1);
      }

      .documents {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr));
        gap: var(--space-2);

        --tile-background: transparent;
      }

      .pictures + .documents {
        margin-block-start: var(--space-2);
      }

      .documents li {
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface);
      }

      .by {
        padding: 0 var(--space-3) var(--space-2);
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }

      .quiet {
        display: grid;
        justify-items: center;
        gap: var(--space-3);
        padding: var(--space-7) var(--space-4);
        color: var(--ink-soft);
        text-align: center;
        text-wrap: balance;
      }

      .quiet .icon {
        width: 2.5rem;
        height: 2.5rem;
        stroke-width: 1.25;
      }

      .more {
        justify-self: center;
      }
    `,
  ];

  /** @type {string | null} */
  #next = null;
  /** Number of the last request: answers to earlier ones are ignored. */
  #asked = 0;

  constructor() {
    super();
    this.conversation = "";
    this.chantier = "";
    /** @type {"conversation" | "chantier"} */
    this.scope = "conversation";
    /** @type {LibraryPage | null} */
    this.page = null;
    this.stamp = 0;
    /** @type {LibraryItem[]} */
    this.items = [];
    /** @type {Sort} */
    this.sort = "all";
    /** @type {"loading" | "there" | "failed"} */
    this.state = "loading";
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    const isOther = ["conversation", "chantier", "scope"].some((name) => changed.has(name));
    if (isOther) this.items = [];
    if (changed.has("conversation") && this.scope === "conversation" && this.page) return this.#show(this.page);
    if (isOther || changed.has("stamp")) void this.#load(() => this.#firstPage(), isOther);
  }

  /** @override */
  render() {
    return html`<div class="inside">
      <div class="choices">
        ${this.chantier ? this.#scopes() : nothing}
        <div role="group" aria-label=${t("show")}>
          ${this.#sortButton("all", t("showAll"))} ${this.#sortButton("photos", t("showPhotos"))}
          ${this.#sortButton("documents", t("showDocuments"))}
        </div>
      </div>
      ${this.#content()}
      ${this.#next && this.state !== "loading"
        ? html`<button class="button more" @click=${() => this.#load(() => nextFiles(this.#next ?? ""), false)}>${t("loadMore")}</button>`
        : nothing}
    </div>`;
  }

  #scopes() {
    return html`<div role="group" aria-label=${t("scope")}>
      ${this.#scopeButton("conversation", t("ofConversation"))} ${this.#scopeButton("chantier", t("ofChantier"))}
    </div>`;
  }

  /** @param {"conversation" | "chantier"} scope @param {string} label */
  #scopeButton(scope, label) {
    return html`<button aria-pressed=${this.scope === scope} @click=${() => this.#send("library-scope", { scope })}>${label}</button>`;
  }

  /** @param {Sort} sort @param {string} label */
  #sortButton(sort, label) {
    return html`<button aria-pressed=${this.sort === sort} @click=${() => (this.sort = sort)}>${label}</button>`;
  }

  #content() {
    if (this.items.length === 0) return this.#nothing();
    const shown = this.items.filter(({ attachment }) => this.sort === "all" || isPicture(attachment) === (this.sort === "photos"));
    if (shown.length === 0) return html`<p class="quiet">${t("libraryNone")}</p>`;
    return [[...byMonth(shown)].map(([month, items]) => this.#month(month, items)), this.#details(shown)];
  }

  /** Say once how readable files were checked, if there is something to say. @param {LibraryItem[]} items */
  #details(items) {
    const details = items.map(({ attachment }) => detailOf(attachment)).filter(Boolean);
    return [...new Set(details)].map((detail) => {
      const n = details.filter((each) => each === detail).length;
      return html`<p class="by">${detail.replace(/\.$/, "")} (${t("files", { n })})</p>`;
    });
  }

  #nothing() {
    if (this.state === "loading") return html`<p class="quiet">${t("loading")}</p>`;
    if (this.state === "failed") return html`<p class="quiet" role="alert">${t("loadFailed")}</p>`;
    return html`<p class="quiet">${icons.picture}${t("libraryEmpty")}</p>`;
  }

  /** @param {string} month @param {LibraryItem[]} items */
  #month(month, items) {
    const pictures = items.filter(({ attachment }) => isPicture(attachment));
    const others = items.filter(({ attachment }) => !isPicture(attachment));
    const key = (/** @type {LibraryItem} */ { attachment }) => attachment.id;
    return html`<section aria-label=${month}>
      <h3>${month}</h3>
      ${pictures.length > 0
        ? html`<ul class="pictures">
            ${repeat(pictures, key, ({ attachment }) => html`<li><attachment-tile .file=${attachment} @attachment-open=${this.#onOpen}></attachment-tile></li>`)}
          </ul>`
        : nothing}
      ${others.length > 0
        ? html`<ul class="documents">
            ${repeat(others, key, (item) => html`<li><attachment-tile .file=${item.attachment}></attachment-tile><p class="by">${captionOf(item)}</p></li>`)}
          </ul>`
        : nothing}
    </section>`;
  }

  /** @param {CustomEvent} event */
  #onOpen(event) {
    event.stopPropagation();
    this.#send("attachment-open", { id: event.detail.id, items: this.items });
  }

  /** @param {LibraryPage} page */
  #show({ results, next }) {
    this.items = results;
    this.#next = next;
    this.state = "there";
  }

  #firstPage() {
    const isWhole = this.scope === "chantier" && this.chantier;
    return isWhole ? listFiles("chantiers", this.chantier) : listFiles("conversations", this.conversation);
  }

  /**
   * @param {() => Promise<LibraryPage>} ask
   * @param {boolean} isOther true if another list than the one on screen is loaded
   */
  async #load(ask, isOther) {
    const asked = ++this.#asked;
    if (isOther) this.state = "loading";
    try {
      const page = await ask();
      if (asked !== this.#asked) return;
      // When the first page is loaded again, keep the later pages.
      const isBelow = this.items.length > page.results.length && this.items.some(({ attachment }) => attachment.id === page.results[0]?.attachment.id);
      if (!isBelow) this.#next = page.next;
      this.items = merged(this.items, page.results);
      this.state = "there";
    } catch {
      if (asked === this.#asked) this.state = "failed";
    }
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/**
 * @param {LibraryItem[]} known
 * @param {LibraryItem[]} told newer than `known` about the same files
 */
function merged(known, told) {
  const all = new Map([...known, ...told].map((item) => [item.attachment.id, item]));
  const place = (/** @type {LibraryItem} */ { attachment }) => attachment.position ?? 0;
  return [...all.values()].sort((a, b) => b.sent_at.localeCompare(a.sent_at) || place(a) - place(b));
}

/** @param {LibraryItem[]} items */
function byMonth(items) {
  const name = new Intl.DateTimeFormat(locale(), { month: "long", year: "numeric" });
  return Map.groupBy(items, ({ sent_at }) => name.format(new Date(sent_at)));
}

customElements.define("attachment-library", AttachmentLibrary);
