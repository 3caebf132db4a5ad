import { css, html, nothing } from "lit";

import { t as fileText } from "#attachments/i18n/index.js";
import { shared } from "#core/shared-styles.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import { messageHash } from "../state/routes.js";

/** @import { Quote } from "../types.js" */

/**
 * The beginning of a message that another one answers. A tap sends `message-go` {message}.
 *
 * @property {Quote} quote
 * @property {string} me the id of the reader, who is named "you"
 * @property {boolean} plain shows it without a link, above the composer
 */
export class QuotedMessage extends TurnElement {
  static properties = { quote: { attribute: false }, me: {}, plain: { type: Boolean } };

  static styles = [
    shared,
    css`
      :host {
        display: block;
        min-width: 0;
      }

      .quote {
        display: block;
        min-height: 24px;
        padding: var(--space-1) var(--space-2);
        border-inline-start: 3px solid currentcolor;
        border-radius: var(--radius-s);
        background: color-mix(in srgb, currentcolor 9%, transparent);
        color: inherit;
        font-size: var(--text-s);
        line-height: var(--leading-tight);
        text-decoration: none;
      }

      b {
        display: block;
        font-weight: 650;
      }

      .text {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow-wrap: anywhere;
      }

      .is-deleted {
        font-style: italic;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Quote | null} */
    this.quote = null;
    this.me = "";
    this.plain = false;
  }

  /** @override */
  render() {
    const { quote } = this;
    if (!quote) return nothing;
    const name = quote.author.id === this.me ? t("you") : quote.author.name;
    const content = html`<b>${name}</b><span class="text ${quote.is_deleted ? "is-deleted" : ""}" dir="auto">${textOf(quote)}</span>`;
    if (this.plain) return html`<div class="quote">${content}</div>`;
    return html`<a class="quote" href=${messageHash(quote.id)} aria-label=${t("goToQuoted", { name, text: textOf(quote) })} @click=${this.#go}>${content}</a>`;
  }

  /** @param {MouseEvent} event */
  #go(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("message-go", { detail: { message: this.quote?.id }, bubbles: true, composed: true }));
  }
}

/** @param {Quote} quote */
function textOf({ is_deleted, body, attachment_count }) {
  if (is_deleted) return t("deletedMessage");
  return body || fileText("files", { n: attachment_count });
}

customElements.define("quoted-message", QuotedMessage);
