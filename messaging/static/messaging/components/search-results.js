import { LitElement, css, html, nothing } from "lit";

import "#core/components/relative-time.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { partsOf } from "../state/found.js";

/**
 * @import { TemplateResult } from "lit"
 * @import { Asked } from "../state/asked.js"
 * @import { Hit } from "../state/found.js"
 * @typedef {{ hits: Hit[], next: string | null }} Page
 */

const INSIDE = /** @type {const} */ ({ message: "messages", file: "kindFiles", note: "kindNotes" });

/**
 * What a search has found: conversations by what they are about, and what was written in them. A row is a link to its
 * message or note. A plain click sends `result-open` {id, message} instead. `results-more` {group} asks for the next rows.
 *
 * @property {Page | null} conversations
 * @property {Page | null} written messages, files and, for the company, internal notes
 * @property {Asked["kind"]} kind of what was looked for
 * @property {string} base address in front of a conversation's id
 * @property {boolean} staff shows the clients
 */
export class SearchResults extends LitElement {
  static properties = {
    conversations: { attribute: false },
    written: { attribute: false },
    kind: {},
    base: {},
    staff: { type: Boolean },
  };

  static styles = [
    shared,
    css`
      :host {
        display: block;
      }

      h3 {
        padding: var(--space-3) var(--space-4) var(--space-1);
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 650;
      }

      a {
        display: grid;
        grid-template: "about time" auto "text text" auto / minmax(0, 1fr) auto;
        gap: 2px var(--space-3);
        padding: var(--space-3) var(--space-4);
        border-block-end: 1px solid var(--line);
        color: inherit;
        text-decoration: none;
      }

      a:hover {
        background: var(--surface-hover);
      }

      a:focus-visible {
        outline-offset: -2px;
      }

      .about {
        overflow: hidden;
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      relative-time {
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }

      .text {
        display: -webkit-box;
        grid-area: text;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow-wrap: anywhere;
      }

      .text .icon {
        display: inline-block;
        margin-inline-end: var(--space-1);
        color: var(--ink-soft);
        vertical-align: -0.3em;
      }

      .note,
      .closed {
        margin-inline-end: var(--space-1);
        padding: 0.1rem 0.45rem;
        border-radius: var(--radius-full);
        font-size: var(--text-xs);
        font-weight: 650;
        white-space: nowrap;
      }

      .note {
        background: var(--note);
        color: var(--note-ink);
      }

      .note .icon {
        display: inline-block;
        width: 1em;
        height: 1em;
        vertical-align: -0.15em;
      }

      .closed {
        background: var(--surface-sunken);
        color: var(--ink-soft);
      }

      mark {
        border-radius: 3px;
        background: var(--note);
        color: var(--note-ink);
        font-weight: 650;
      }

      .more {
        display: block;
        margin: var(--space-3) auto;
      }

      @media (forced-colors: active) {
        mark {
          background: Mark;
          color: MarkText;
        }
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Page | null} */
    this.conversations = null;
    /** @type {Page | null} */
    this.written = null;
    /** @type {Asked["kind"]} */
    this.kind = "";
    this.base = "";
    this.staff = false;
  }

  /** @override */
  render() {
    return html`${this.#group("conversations", t("foundAbout"), this.conversations)} ${this.#group("written", t(this.#inside), this.written)}`;
  }

  /** What stands above what was written. */
  get #inside() {
    if (this.kind) return INSIDE[this.kind];
    return this.staff ? "foundInsideStaff" : "foundInside";
  }

  /** @param {"conversations" | "written"} group @param {string} title @param {Page | null} page */
  #group(group, title, page) {
    if (!page?.hits.length) return nothing;
    return html`<section aria-label=${title}>
      <h3>${title}</h3>
      <ul>
        ${page.hits.map((hit) => html`<li>${this.#row(hit)}</li>`)}
      </ul>
      ${page.next ? html`<button class="button more" @click=${() => this.#send("results-more", { group })}>${t("loadMore")}</button>` : nothing}
    </section>`;
  }

  /** @param {Hit} hit */
  #row(hit) {
    const { conversation, message = "", at, excerpt, hits } = hit;
    return html`<a
      href=${`${this.base}/${conversation.id}${message ? `#m-${message}` : ""}`}
      @click=${(/** @type {MouseEvent} */ event) => this.#open(event, conversation.id, message)}
    >
      <span class="about">${this.#about(hit)}</span>
      <relative-time datetime=${at}></relative-time>
      <span class="text"><span>${markOf(hit)}${conversation.status === "closed" ? closed() : nothing}${markedText(excerpt, hits)}</span></span>
    </a>`;
  }

  /** Where it is and who wrote it. A conversation says itself what it is about. @param {Hit} hit */
  #about({ kind, conversation, author }) {
    const { client, chantier, subject } = conversation;
    if (kind === "conversation") return t("conversation");
    const place = this.staff ? [client.name, chantier?.reference || chantier?.name, subject] : [subject];
    return [author, ...place].filter(Boolean).join(" · ");
  }

  /** @param {MouseEvent} event @param {string} id @param {string} message */
  #open(event, id, message) {
    // The browser opens another tab or window, or downloads.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#send("result-open", { id, message });
  }

  /** @param {string} type @param {object} detail */
  #send(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** The sort of thing that is not a message. @param {Hit} hit */
function markOf({ kind, note }) {
  return html`${note ? html`<span class="note">${icons.lock} ${t("note")}</span> ` : nothing}${kind === "file" ? icons.document : nothing}`;
}

function closed() {
  return html`<span class="closed">${t("closed")}</span> `;
}

/** @param {string} text @param {number[][]} hits @returns {(string | TemplateResult)[]} */
function markedText(text, hits) {
  return partsOf(text, hits).map((part) => (part.isHit ? html`<mark>${part.text}</mark>` : part.text));
}

customElements.define("search-results", SearchResults);
