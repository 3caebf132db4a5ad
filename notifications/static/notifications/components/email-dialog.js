import { LitElement, css, html, nothing } from "lit";

import { ApiError, NetworkError } from "#core/api.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { exactLabel } from "#core/time.js";

import { t } from "../i18n/index.js";

/** @import { Original } from "../types.js" */

/**
 * The dialog that shows an email as it came, as text. `show` opens it; closing it returns the focus to where it was.
 */
export class EmailDialog extends LitElement {
  static properties = { original: { state: true }, problem: { state: true }, isOpen: { state: true } };

  static styles = [
    shared,
    css`
      :host {
        display: contents;
      }

      dialog {
        display: flex;
        flex-direction: column;
        width: min(46rem, calc(100vw - 2 * var(--space-4)));
        max-height: min(48rem, calc(100dvh - 2 * var(--space-4)));
        padding: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface);
        box-shadow: var(--shadow-high);
        color: var(--ink);
        font-size: var(--text-m);
        font-weight: 400;
        text-align: start;
      }

      dialog::backdrop {
        background: rgb(8 16 28 / 55%);
      }

      .head {
        display: flex;
        flex: none;
        gap: var(--space-2);
        align-items: center;
        justify-content: space-between;
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-4);
        border-block-end: 1px solid var(--line);
      }

      h2 {
        font-size: var(--text-l);
        font-weight: 650;
        letter-spacing: -0.01em;
      }

      .body {
        flex: 1;
        min-height: 0;
        padding: var(--space-4);
        overflow-y: auto;
        overscroll-behavior: contain;
      }

      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-1) var(--space-3);
        padding-block-end: var(--space-3);
        border-block-end: 1px solid var(--line);
        font-size: var(--text-s);
      }

      dt {
        color: var(--ink-soft);
      }

      dd {
        overflow-wrap: anywhere;
      }

      .text {
        padding-block: var(--space-4) 0;
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }

      .files,
      .hint {
        padding-block-start: var(--space-3);
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .files li {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        overflow-wrap: anywhere;
      }

      /* On a phone it takes the whole screen. */
      @media (max-width: 47.99rem) {
        dialog {
          width: 100vw;
          max-width: none;
          height: 100dvh;
          max-height: none;
          border: 0;
          border-radius: 0;
        }
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Original | null} */
    this.original = null;
    this.problem = "";
    this.isOpen = false;
  }

  /** @param {() => Promise<Original | null>} load null: it is no longer kept */
  async show(load) {
    this.original = null;
    this.problem = "";
    this.isOpen = true;
    await this.updateComplete;
    if (!this.#dialog?.open) this.#dialog?.showModal();
    try {
      this.original = await load();
      if (!this.original) this.problem = t("originalGone");
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof NetworkError)) throw error;
      this.problem = error instanceof NetworkError ? t("noNetwork") : error.status === 404 ? t("originalGone") : error.message;
    }
  }

  /** @override */
  render() {
    if (!this.isOpen) return nothing;
    return html`<dialog aria-labelledby="title" @close=${() => (this.isOpen = false)} @click=${this.#onBackdrop}>
      <div class="head">
        <h2 id="title">${t("original")}</h2>
        <button class="icon-button" aria-label=${t("close")} title=${t("close")} @click=${() => this.#dialog?.close()}>${icons.close}</button>
      </div>
      <div class="body" tabindex="0" role="region" aria-label=${t("original")} aria-busy=${!this.original && !this.problem}>
        ${this.original ? this.#content(this.original) : html`<p role="status">${this.problem || t("loading")}</p>`}
      </div>
    </dialog>`;
  }

  /** @param {Original} original */
  #content({ sender, to, sent_at, subject, text, files, left_out, is_cut }) {
    return html`<dl>
        <dt>${t("from")}</dt>
        <dd>${sender || "–"}</dd>
        <dt>${t("to")}</dt>
        <dd>${to || "–"}</dd>
        ${sent_at ? html`<dt>${t("date")}</dt><dd><time datetime=${sent_at}>${exactLabel(new Date(sent_at))}</time></dd>` : nothing}
        <dt>${t("subject")}</dt>
        <dd>${subject || "–"}</dd>
      </dl>
      ${text ? html`<div class="text" dir="auto">${text}</div>` : html`<p class="hint">${t("noText")}</p>`}
      ${files.length > 0 ? html`<ul class="files" aria-label=${t("files")}>${files.map((name) => html`<li>${icons.attach}${name}</li>`)}</ul>` : nothing}
      ${is_cut ? html`<p class="hint">${t("originalCut")}</p>` : nothing}
      ${left_out.length > 0 ? html`<p class="hint">${t("leftOut")} ${left_out.join(" ")}</p>` : nothing}`;
  }

  /** A click beside the dialog closes it. @param {MouseEvent} event */
  #onBackdrop(event) {
    if (event.target === this.#dialog) this.#dialog?.close();
  }

  get #dialog() {
    return this.renderRoot.querySelector("dialog");
  }
}

customElements.define("email-dialog", EmailDialog);
