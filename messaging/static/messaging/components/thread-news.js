import { LitElement, css, html, nothing } from "lit";

import { questionStyles } from "#core/components/question-styles.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../writing/i18n/index.js";

/** @import { NewEntry, News } from "../state/thread-news.js" */

/**
 * Says what others have written since a draft was begun, before it is sent.
 *
 * @property {News | null} news
 * @fires {CustomEvent<null>} send-anyway - it is to be sent as it is
 * @fires {CustomEvent<null>} reread - the person goes back to the thread and to the text
 */
export class ThreadNews extends LitElement {
  static properties = { news: { attribute: false } };

  static styles = [
    shared,
    questionStyles,
    css`
      dialog {
        width: min(30rem, calc(100vw - 2 * var(--space-4)));
        max-width: none;
      }

      ul {
        display: grid;
        gap: var(--space-2);
        margin-block: var(--space-3);
      }

      li {
        padding: var(--space-2) var(--space-3);
        border-inline-start: 3px solid var(--accent-line);
        border-radius: var(--radius-s);
        background: var(--surface-sunken);
        overflow-wrap: anywhere;
      }

      li.note {
        border-color: var(--note-line);
        background: var(--note);
        color: var(--note-ink);
      }

      b {
        display: flex;
        gap: var(--space-1);
        align-items: center;
      }

      .icon {
        width: 1rem;
        height: 1rem;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {News | null} */
    this.news = null;
  }

  /** @param {News} news */
  async open(news) {
    this.news = news;
    await this.updateComplete;
    const dialog = this.renderRoot.querySelector("dialog");
    if (!dialog || dialog.open) return;
    dialog.returnValue = "";
    dialog.showModal();
  }

  /** @override */
  render() {
    const { count = 0, shown = [] } = this.news ?? {};
    const more = count - shown.length;
    return html`<dialog role="alertdialog" aria-labelledby="title" aria-describedby="intro" @close=${this.#onClose}>
      <form method="dialog">
        <h2 id="title">${t("movedTitle", { n: count })}</h2>
        <p id="intro">${t("movedIntro")}</p>
        ${more > 0 ? html`<p>${t("movedMore", { n: more })}</p>` : nothing}
        <ul>${shown.map(entry)}</ul>
        <div class="buttons">
          <button class="button" value="send">${t("sendAnyway")}</button>
          <button class="button primary" value="reread" autofocus>${t("reread")}</button>
        </div>
      </form>
    </dialog>`;
  }

  /** Escape and the back gesture mean to read again: nothing is sent without a word. @param {Event} event */
  #onClose({ currentTarget }) {
    const isSent = /** @type {HTMLDialogElement} */ (currentTarget).returnValue === "send";
    this.dispatchEvent(new CustomEvent(isSent ? "send-anyway" : "reread"));
  }
}

/** @param {NewEntry} entry */
function entry({ name, line, files, isNote }) {
  return html`<li class=${isNote ? "note" : ""}>
    <b>${isNote ? icons.lock : nothing}${isNote ? t("movedNote", { name }) : name}</b>
    <span dir="auto">${line || t("movedFiles", { n: files })}</span>
  </li>`;
}

customElements.define("thread-news", ThreadNews);
