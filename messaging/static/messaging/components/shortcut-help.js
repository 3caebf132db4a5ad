import { LitElement, css, html } from "lit";

import { questionStyles } from "#core/components/question-styles.js";
import { shared } from "#core/shared-styles.js";

import { desk } from "../desk/tools/i18n/index.js";

/** The keys, by where they act. */
const KEYS = /** @type {const} */ ([
  ["keysList", [["keyNext", "j"], ["keyPrevious", "k"], ["keyOpen", "Enter"], ["keySelect", "x"], ["keyNextUnread", "Alt Shift ↓"], ["keyPreviousUnread", "Alt Shift ↑"]]],
  ["keysThread", [["keyReply", "r"], ["keyNote", "n"], ["keyAssign", "a"], ["keyClose", "e"], ["keySnooze", "s"]]],
  ["keysEverywhere", [["keySearch", "/"], ["keyNew", "c"], ["keyPalette", "Ctrl K"], ["keyPanes", "F6"], ["keyEscape", "Esc"], ["keyHelp", "?"]]],
]);

/** The sheet of the keyboard. */
export class ShortcutHelp extends LitElement {
  static styles = [
    shared,
    questionStyles,
    css`
      dialog {
        width: min(44rem, calc(100vw - 2rem));
        max-width: none;
      }

      .groups {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr));
        gap: var(--space-4) var(--space-6);
        margin-block: var(--space-4);
      }

      h3 {
        margin-block-end: var(--space-1);
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      dl > div {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        justify-content: space-between;
        padding-block: var(--space-1);
        border-block-end: 1px solid var(--line);
        font-size: var(--text-s);
      }

      dd {
        display: flex;
        flex: none;
        gap: 2px;
      }

      kbd {
        min-width: 1.6em;
        padding: 0 0.4em;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-s);
        font: var(--text-xs) / 1.6 var(--font-plate);
        text-align: center;
      }
    `,
  ];

  async open() {
    await this.updateComplete;
    this.#dialog?.showModal();
  }

  /** @override */
  render() {
    return html`<dialog aria-labelledby="title" @click=${this.#onClick}>
      <form method="dialog">
        <h2 id="title">${desk("shortcuts")}</h2>
        <p>${desk("keysHint")}</p>
        <div class="groups">
          ${KEYS.map(
            ([title, keys]) => html`<section>
              <h3>${desk(title)}</h3>
              <dl>
                ${keys.map(
                  ([label, key]) => html`<div>
                    <dt>${desk(label)}</dt>
                    <dd>${key.split(" ").map((each) => html`<kbd>${each}</kbd>`)}</dd>
                  </div>`,
                )}
              </dl>
            </section>`,
          )}
        </div>
        <div class="buttons"><button class="button" autofocus>${desk("dismiss")}</button></div>
      </form>
    </dialog>`;
  }

  /** @param {MouseEvent} event */
  #onClick({ target, currentTarget }) {
    if (target === currentTarget) this.#dialog?.close();
  }

  get #dialog() {
    return this.renderRoot.querySelector("dialog");
  }
}

customElements.define("shortcut-help", ShortcutHelp);
