import { LitElement, css, html, nothing } from "lit";

import { exact, fromNow } from "../format.js";
import { t } from "../i18n/index.js";
import { messageOf } from "./task-list.js";
import { taskStyles } from "./task-styles.js";

/** @import { Task } from "../types.js" */

/**
 * The tasks that failed and will be tried again. Sends `open-task` {id} and `retry` {ids}.
 *
 * @property {Task[]} tasks
 * @property {boolean} mayAct
 */
export class TaskRetries extends LitElement {
  static properties = { tasks: { attribute: false }, mayAct: { type: Boolean } };

  static styles = [
    taskStyles,
    css`
      .link {
        padding: 0;
        border: 0;
        background: none;
        color: var(--brand-text);
        font: inherit;
        font-weight: 600;
        text-align: start;
        text-decoration: underline;
        overflow-wrap: anywhere;
        cursor: pointer;
      }

      .nowrap {
        white-space: nowrap;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Task[]} */
    this.tasks = [];
    this.mayAct = false;
  }

  /** @override */
  render() {
    return html`<section>
      <h2>${t("retries")}</h2>
      ${this.tasks.length === 0 ? html`<p class="empty">${t("noRetry")}</p>` : this.#table()}
    </section>`;
  }

  #table() {
    // Those that come first.
    const tasks = [...this.tasks].sort((a, b) => String(a.due_at).localeCompare(String(b.due_at)));
    return html`<table class="cards">
      <thead>
        <tr>
          <th>${t("what")}</th>
          <th class="number">${t("attempt")}</th>
          <th>${t("next")}</th>
          <th>${t("lastError")}</th>
          <th><span class="visually-hidden">${t("actions")}</span></th>
        </tr>
      </thead>
      <tbody>
        ${tasks.map((task) => this.#row(task))}
      </tbody>
    </table>`;
  }

  /** @param {Task} task */
  #row(task) {
    return html`<tr>
      <td class="words head">
        <button class="link" @click=${() => this.#send("open-task", { id: task.id })}>${task.words || task.title}</button>
        <div class="soft">${task.title} · ${task.queue_title}</div>
      </td>
      <td class="number nowrap" data-label=${t("attempt")}>${task.attempt} / ${task.max_attempts}</td>
      <td class="nowrap" data-label=${t("next")} title=${exact(task.due_at)}>${fromNow(task.due_at)}</td>
      <td class="words wrong" data-label=${t("lastError")}>
        <span>${task.error_class}${task.error_class ? " : " : ""}${messageOf(task)}</span>
      </td>
      <td>
        ${this.mayAct
          ? html`<div class="buttons">
              <button class="button small" @click=${() => this.#send("retry", { ids: [task.id] })}>${t("retryNow")}</button>
            </div>`
          : nothing}
      </td>
    </tr>`;
  }

  /** @param {string} name @param {object} detail */
  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define("task-retries", TaskRetries);
