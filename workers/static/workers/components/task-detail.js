import { LitElement, css, html, nothing } from "lit";

import { bytes, duration, exact, fromNow } from "../format.js";
import { t } from "../i18n/index.js";
import { mayBeOwed } from "./task-list.js";
import { progressOf, progressStyles } from "./task-progress.js";
import { TONES, taskStyles } from "./task-styles.js";

/** @import { Attempt, Task, TaskDetail as Detail } from "../types.js" */

/**
 * One task with its attempts, beside the page. Sends `open-task` {id}, `close-task`, `retry` {ids}, `cancel` {id} and `note` {id, changes}.
 *
 * @property {Detail} task
 * @property {{ id: string }} me
 * @property {boolean} mayAct
 */
export class TaskDetail extends LitElement {
  static properties = {
    task: { attribute: false },
    me: { attribute: false },
    mayAct: { type: Boolean },
    copied: { state: true },
  };

  static styles = [
    taskStyles,
    progressStyles,
    css`
      dialog {
        width: min(44rem, 100vw);
        max-width: none;
        height: 100dvh;
        max-height: none;
        padding: 0;
        border: 0;
        border-inline-start: 1px solid var(--line);
        margin: 0 0 0 auto;
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-high);
      }

      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }

      header {
        position: sticky;
        top: 0;
        display: flex;
        gap: var(--space-2);
        align-items: flex-start;
        padding: var(--space-4);
        border-block-end: 1px solid var(--line);
        background: var(--surface);
      }

      header h2 {
        flex: 1;
        margin: 0;
        overflow-wrap: anywhere;
      }

      .body {
        display: grid;
        gap: var(--space-4);
        padding: var(--space-4);
      }

      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: var(--space-1) var(--space-4);
        font-size: var(--text-s);
      }

      dt {
        color: var(--ink-soft);
      }

      dd {
        overflow-wrap: anywhere;
      }

      pre {
        max-height: 24rem;
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        margin: 0;
        overflow: auto;
        background: var(--surface-sunken);
        font-family: var(--font-plate);
        font-size: var(--text-xs);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }

      form {
        display: grid;
        gap: var(--space-2);
      }

      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }

      li {
        display: grid;
        gap: var(--space-1);
        padding-block: var(--space-3);
        border-block-start: 1px solid var(--line);
        font-size: var(--text-s);
      }

      li .line {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-3);
        align-items: baseline;
      }

      .link {
        flex: 1 1 12rem;
        padding: 0;
        border: 0;
        background: none;
        color: var(--brand-text);
        font: inherit;
        text-align: start;
        text-decoration: underline;
        cursor: pointer;
      }

      summary {
        padding-block: var(--space-2);
        color: var(--brand-text);
        cursor: pointer;
      }

      textarea {
        min-height: 4.5rem;
        resize: vertical;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Detail | null} */
    this.task = null;
    /** @type {{ id: string } | null} */
    this.me = null;
    this.mayAct = false;
    this.copied = "";
  }

  /** @override */
  firstUpdated() {
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  /** @override */
  render() {
    const task = this.task;
    if (!task) return nothing;
    return html`<dialog aria-label=${t("detail")} @close=${() => this.#send("close-task", {})}>
      <header>
        <h2>${task.words || task.title}</h2>
        <button class="icon-button" aria-label=${t("close")} @click=${this.#close}>✕</button>
      </header>
      <div class="body">
        ${this.#facts(task)} ${progressOf(task)} ${this.#actions(task)} ${task.state === "dead" && this.mayAct ? this.#note(task) : nothing}
        ${task.error_text ? html`<pre class="wrong">${task.error_text}</pre>` : nothing} ${this.#traces(task)}
        ${this.#family(task)}
        <div>
          <h2>${t(task.name === "run_periodic" ? "runs" : "attempts")}</h2>
          ${task.attempts.length === 0 ? html`<p class="soft">${t("noAttempt")}</p>` : nothing}
          <ul>
            ${task.attempts.map((attempt) => this.#attempt(attempt))}
          </ul>
          ${task.name === "run_periodic"
            ? html`<a href="?view=tasks&name=run_periodic&subject=${task.subject}">${t("allRuns")}</a>`
            : nothing}
        </div>
        ${this.#acts(task)}
      </div>
    </dialog>`;
  }

  /** @param {Detail} task */
  #facts(task) {
    const last = task.attempts[0];
    return html`<dl>
      <dt>${t("state")}</dt>
      <dd><span class="state ${TONES[task.state] ?? "idle"}">${t(`state_${task.state}`)}</span></dd>
      <dt>${t("task")}</dt>
      <dd>${task.title} <span class="plate">${task.name}</span></dd>
      <dt>${t("queue")}</dt>
      <dd>${task.queue_title}</dd>
      ${task.result ? html`<dt>${t("result")}</dt><dd>${task.result}</dd>` : nothing}
      ${last?.memory_bytes ? html`<dt>${t("memory")}</dt><dd>${bytes(last.memory_bytes)}</dd>` : nothing}
      <dt>${t("identifier")}</dt>
      <dd><code>${task.id}</code></dd>
      ${task.due_at ? html`<dt>${t("next")}</dt><dd>${exact(task.due_at)} (${fromNow(task.due_at)})</dd>` : nothing}
      ${task.max_attempts && task.attempt > 0
        ? html`<dt>${t("attempt")}</dt><dd>${t("attemptOf", { n: task.attempt, max: task.max_attempts })}</dd>`
        : nothing}
      ${last ? html`<dt>${t("arguments")}</dt><dd><code>${JSON.stringify(last.arguments)}</code></dd>` : nothing}
      ${task.owner || task.note
        ? html`<dt>${t("owner")}</dt><dd>${task.owner?.name ?? t("nobody")}</dd><dt>${t("note")}</dt><dd>${task.note}</dd>`
        : nothing}
    </dl>`;
  }

  /** @param {Detail} task */
  #actions(task) {
    return html`<div class="actions">
      ${this.mayAct && mayBeOwed(task.state)
        ? html`<button class="button small primary" @click=${() => this.#send("retry", { ids: [task.id] })}>
            ${t(task.name === "run_periodic" ? "runNow" : "retryNow")}
          </button>`
        : nothing}
      ${this.mayAct && task.is_cancellable && !task.progress?.is_cancelled
        ? html`<button class="button small" @click=${() => this.#send("cancel", { id: task.id })}>${t("cancel")}</button>`
        : nothing}
      ${task.link
        ? html`<a class="button small" href=${task.link}>${t("open")}</a>
            <a class="button small" href="?view=tasks&q=${conversationOf(task.link)}">${t("sameConversation")}</a>`
        : nothing}
      <button class="button small" @click=${() => this.#copy("copy", JSON.stringify(task, null, 2))}>
        ${this.copied === "copy" ? t("copied") : t("copy")}
      </button>
      <button class="button small" @click=${() => this.#copy("copyLink", location.href)}>
        ${this.copied === "copyLink" ? t("copied") : t("copyLink")}
      </button>
    </div>`;
  }

  /** @param {Detail} task */
  #family({ family }) {
    const more = family.children_count - family.children.length;
    return html`${family.parents.length ? this.#relatives(t("parents"), family.parents) : nothing}
    ${family.children.length ? this.#relatives(t("children"), family.children) : nothing}
    ${more > 0 ? html`<p class="soft">${t("moreChildren", { n: more })}</p>` : nothing}`;
  }

  /** @param {string} heading @param {Task[]} tasks */
  #relatives(heading, tasks) {
    return html`<div>
      <h2>${heading}</h2>
      <ul>
        ${tasks.map(
          (task) => html`<li>
            <div class="line">
              <span class="state ${TONES[task.state] ?? "idle"}">${t(`state_${task.state}`)}</span>
              <button class="link" @click=${() => this.#send("open-task", { id: task.id })}>${task.words || task.title}</button>
              ${task.result ? html`<span class="soft">${task.result}</span>` : nothing}
            </div>
          </li>`,
        )}
      </ul>
    </div>`;
  }

  /** @param {Detail} task */
  #acts({ actions }) {
    if (actions.length === 0) return nothing;
    return html`<div>
      <h2>${t("log")}</h2>
      <ul>
        ${actions.map(
          (action) => html`<li>
            <div class="line">
              <span class="strong">${action.actor.name}</span> <span>${action.words}</span>
              <time class="soft" datetime=${action.at}>${exact(action.at)}</time>
            </div>
            ${action.reason ? html`<div class="soft">${action.reason}</div>` : nothing}
          </li>`,
        )}
      </ul>
    </div>`;
  }

  /** @param {Detail} task */
  #note(task) {
    return html`<form @submit=${this.#saveNote}>
      <div class="field">
        <label for="note">${t("note")}</label>
        <textarea class="control" id="note" maxlength="2000" .value=${task.note}></textarea>
      </div>
      <div class="actions">
        <button class="button small">${t("save")}</button>
        ${task.owner?.id === this.me?.id
          ? nothing
          : html`<button class="button small" type="button" @click=${() => this.#change({ owner: this.me?.id ?? null })}>
              ${t("takeIt")}
            </button>`}
      </div>
    </form>`;
  }

  /** @param {Detail} task */
  #traces(task) {
    const full = task.attempts.find(({ traceback }) => traceback)?.traceback;
    if (!full) return nothing;
    return html`<details open>
        <summary>${t("ownTrace")}</summary>
        <pre tabindex="0">${task.application_traceback}</pre>
      </details>
      <details>
        <summary>${t("fullTrace")}</summary>
        <pre tabindex="0">${full}</pre>
      </details>`;
  }

  /** @param {Attempt} attempt */
  #attempt(attempt) {
    return html`<li>
      <div class="line">
        <span class="strong">${attempt.attempt}.</span>
        <span class="state ${TONES[attempt.outcome] ?? "idle"}">${t(`state_${attempt.outcome}`)}</span>
        <time datetime=${attempt.started_at} title=${exact(attempt.started_at)}>${exact(attempt.started_at)}</time>
        <span class="soft">${t("wait")} ${duration(attempt.wait_seconds)}</span>
        <span class="soft">${t("run")} ${duration(attempt.run_seconds)}</span>
      </div>
      ${attempt.result ? html`<div>${attempt.result}</div>` : nothing}
      <div class="soft">${attempt.worker} · ${t("memory")} ${bytes(attempt.memory_bytes)}</div>
      ${attempt.error_text
        ? html`<div class="wrong">${attempt.error_class} ${attempt.error_text}</div>
            <div class="soft">${attempt.error_place}</div>`
        : nothing}
    </li>`;
  }

  /** @param {Event} event */
  #saveNote(event) {
    event.preventDefault();
    this.#change({ note: this.renderRoot.querySelector("textarea")?.value ?? "" });
  }

  /** @param {{ note?: string, owner?: string | null }} changes */
  #change(changes) {
    this.#send("note", { id: this.task?.id, changes });
  }

  /** @param {string} what @param {string} text */
  async #copy(what, text) {
    await navigator.clipboard.writeText(text);
    this.copied = what;
    setTimeout(() => (this.copied = ""), 2_000);
  }

  #close() {
    this.renderRoot.querySelector("dialog")?.close();
  }

  /** @param {string} name @param {object} detail */
  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** @param {string} link `/staff/messages/CONVERSATION#m-MESSAGE` */
function conversationOf(link) {
  return new URL(link, location.href).pathname.split("/").pop() ?? "";
}

customElements.define("task-detail", TaskDetail);
