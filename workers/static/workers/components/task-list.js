import { LitElement, css, html, nothing } from "lit";

import { duration, exact, fromNow } from "../format.js";
import { t } from "../i18n/index.js";
import { exportAddress } from "../tasks-api.js";
import { progressOf, progressStyles } from "./task-progress.js";
import { TONES, taskStyles } from "./task-styles.js";

/** @import { Task } from "../types.js" */

const EMPTY = /** @type {const} */ ({ dead: "emptyDead", waiting: "emptyWaiting" });
const MAY_BE_OWED = new Set(["dead", "failed", "lost", "retrying", "scheduled", "waiting"]);

/**
 * The list of tasks. Sends `open-task` {id}, `retry` {ids}, `retry-all`, `discard` {ids, reason} and `load-more`.
 *
 * @property {Task[]} tasks
 * @property {Record<string, string>} filters
 * @property {boolean} mayAct
 * @property {boolean} hasMore
 * @property {number} folded rows of housekeeping that are left out
 * @property {string | null} searchedUntil how far a search by words has come
 */
export class TaskList extends LitElement {
  static properties = {
    tasks: { attribute: false },
    filters: { attribute: false },
    mayAct: { type: Boolean },
    hasMore: { type: Boolean },
    folded: { type: Number },
    searchedUntil: { attribute: false },
    chosen: { state: true },
  };

  static styles = [
    taskStyles,
    progressStyles,
    css`
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        align-items: center;
        margin-block-end: var(--space-3);
        font-size: var(--text-s);
      }

      .tools .end {
        margin-inline-start: auto;
      }

      tr.row {
        cursor: pointer;
      }

      tr.row:hover {
        background: var(--surface-hover);
      }

      tr.row:focus-visible {
        outline-offset: -2px;
      }

      tr[aria-selected="true"] {
        background: var(--surface-selected);
      }

      .error-line {
        display: -webkit-box;
        overflow: hidden;
        color: var(--danger);
        overflow-wrap: anywhere;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }

      input[type="checkbox"] {
        width: 1.25rem;
        height: 1.25rem;
        accent-color: var(--brand);
      }

      .hint {
        margin-block-start: var(--space-3);
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      @media (hover: none), (max-width: 47.99rem) {
        .hint.keys {
          display: none;
        }
      }

      .fold {
        width: 100%;
        min-height: var(--touch);
        padding: var(--space-1) var(--space-3);
        border: 1px dashed var(--line-strong);
        border-radius: var(--radius-m);
        margin-block-end: var(--space-2);
        background: none;
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-align: start;
        cursor: pointer;
      }

      .fold:hover {
        background: var(--surface-hover);
      }

      .more {
        display: flex;
        margin: var(--space-4) auto 0;
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Task[]} */
    this.tasks = [];
    /** @type {Record<string, string>} */
    this.filters = {};
    this.mayAct = false;
    this.hasMore = false;
    this.folded = 0;
    /** @type {string | null} */
    this.searchedUntil = null;
    /** @type {Set<string>} */
    this.chosen = new Set();
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("tasks")) return;
    const shown = new Set(this.tasks.map(({ id }) => id));
    this.chosen = new Set([...this.chosen].filter((id) => shown.has(id)));
  }

  /** @override */
  render() {
    return html`<section @keydown=${this.#onKey}>
      ${this.#tools()} ${this.#housekeeping()}
      ${this.tasks.length === 0
        ? html`<p class="empty">${t(EMPTY[/** @type {keyof typeof EMPTY} */ (this.filters.state)] ?? "empty")}</p>`
        : this.#table()}
      ${this.hasMore
        ? html`<button class="button more" @click=${() => this.#send("load-more", {})}>
            ${this.searchedUntil ? t("searchFurther", { time: exact(this.searchedUntil) }) : t("more")}
          </button>`
        : nothing}
      <p class="hint">${this.mayAct ? nothing : t("readOnly")}</p>
      <p class="hint keys">${t("keys")}</p>
    </section>`;
  }

  #tools() {
    const n = this.chosen.size;
    return html`<div class="tools">
      ${this.mayAct
        ? html`
            <span aria-live="polite">${t("selected", { n })}</span>
            <button class="button small" ?disabled=${n === 0} @click=${() => this.#retryChosen()}>
              ${t("retrySelected")}
            </button>
            ${this.filters.state === "dead"
              ? html`<button class="button small" ?disabled=${n === 0} @click=${() => this.#discard()}>
                  ${t("discard")}
                </button>`
              : nothing}
            <button class="button small" ?disabled=${this.tasks.length === 0} @click=${() => this.#send("retry-all", {})}>
              ${t("retryAll")}
            </button>
          `
        : nothing}
      <span class="end soft">
        <span title=${t("exportMost")}>${t("export")}</span> <a href=${exportAddress(this.filters, "csv")}>CSV</a> ·
        <a href=${exportAddress(this.filters, "json")}>JSON</a>
      </span>
    </div>`;
  }

  #housekeeping() {
    const { housekeeping, ...others } = this.filters;
    if (!housekeeping && !this.folded) return nothing;
    const filters = housekeeping ? others : { ...others, housekeeping: "1" };
    return html`<button class="fold" aria-expanded=${housekeeping ? "true" : "false"} @click=${() => this.#send("filters-change", filters)}>
      ${housekeeping ? t("foldHousekeeping") : t("foldedHousekeeping", { n: this.folded })}
    </button>`;
  }

  #table() {
    return html`<table class="cards">
      <thead>
        <tr>
          <th>
            ${this.mayAct
              ? html`<input
                  type="checkbox"
                  aria-label=${t("selectAll")}
                  .checked=${this.chosen.size === this.tasks.length}
                  @change=${this.#chooseAll}
                />`
              : html`<span class="visually-hidden">${t("select")}</span>`}
          </th>
          <th>${t("state")}</th>
          <th>${t("what")}</th>
          <th>${t("when")}</th>
          <th class="number">${t("attempt")}</th>
          <th class="number">${t("wait")}</th>
          <th class="number">${t("run")}</th>
          <th>${t("worker")}</th>
        </tr>
      </thead>
      <tbody>
        ${this.tasks.map((task) => this.#row(task))}
      </tbody>
    </table>`;
  }

  /** @param {Task} task */
  #row(task) {
    const when = task.ended_at ?? task.started_at ?? task.due_at;
    const isNext = task.state === "retrying" || task.state === "scheduled";
    const attempt = task.max_attempts ? `${task.attempt} / ${task.max_attempts}` : String(task.attempt);
    return html`<tr
      class="row"
      tabindex="0"
      data-id=${task.id}
      aria-selected=${this.chosen.has(task.id)}
      @click=${(/** @type {Event} */ event) => this.#onRow(event, task)}
    >
      <td>
        ${this.mayAct
          ? html`<input
              type="checkbox"
              aria-label=${t("select")}
              .checked=${this.chosen.has(task.id)}
              @change=${() => this.#choose(task.id)}
            />`
          : nothing}
      </td>
      <td><span class="state ${TONES[task.state] ?? "idle"}">${t(`state_${task.state}`)}</span></td>
      <td class="words head">
        <div class="strong">${task.words || task.title}</div>
        <div class="soft">${[task.words ? task.title : task.subject, task.queue_title, task.owner?.name].filter(Boolean).join(" · ")}</div>
        ${progressOf(task)}
        ${task.error_text
          ? html`<div class="error-line">${task.error_class}${task.error_class ? " : " : ""}${messageOf(task)}</div>`
          : nothing}
      </td>
      <td data-label=${t("when")} title=${exact(when)}>
        <span>${isNext ? t("nextIn", { when: fromNow(when) }) : fromNow(when)}</span>
      </td>
      <td class="number" data-label=${t("attempt")}>${attempt}</td>
      <td class="number" data-label=${t("wait")}>${duration(task.wait_seconds)}</td>
      <td class="number" data-label=${t("run")}>${duration(task.run_seconds)}</td>
      <td class="soft" data-label=${t("worker")}>${task.worker}</td>
    </tr>`;
  }

  /** @param {Event} event @param {Task} task */
  #onRow(event, task) {
    if (event.composedPath().some((node) => node instanceof HTMLInputElement)) return;
    this.#send("open-task", { id: task.id });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const row = /** @type {HTMLElement | undefined} */ (
      event.composedPath().find((node) => node instanceof HTMLElement && node.matches("tr.row"))
    );
    const id = row?.dataset.id;
    if (!row || !id || event.ctrlKey || event.metaKey) return;
    const moves = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling };
    const next = moves[/** @type {keyof typeof moves} */ (event.key)];
    if (next instanceof HTMLElement) next.focus();
    else if (event.key === "Enter") this.#send("open-task", { id });
    else if (event.key === "x" && this.mayAct) this.#choose(id);
    else if (event.key === "r" && this.mayAct) this.#send("retry", { ids: [id] });
    else return;
    event.preventDefault();
  }

  /** @param {string} id */
  #choose(id) {
    const chosen = new Set(this.chosen);
    if (!chosen.delete(id)) chosen.add(id);
    this.chosen = chosen;
  }

  #chooseAll() {
    const isAll = this.chosen.size === this.tasks.length;
    this.chosen = new Set(isAll ? [] : this.tasks.map(({ id }) => id));
  }

  #retryChosen() {
    this.#send("retry", { ids: [...this.chosen] });
    this.chosen = new Set();
  }

  #discard() {
    const reason = prompt(t("discardReason"))?.trim();
    if (reason) this.#send("discard", { ids: [...this.chosen], reason });
  }

  /** @param {string} name @param {object} detail */
  #send(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** @param {Task} task */
export function messageOf(task) {
  const prefix = `${task.error_class}: `;
  return task.error_text.startsWith(prefix) ? task.error_text.slice(prefix.length) : task.error_text;
}

/** Return true if a task in this state can still be retried or discarded. @param {string} state */
export const mayBeOwed = (state) => MAY_BE_OWED.has(state);

customElements.define("task-list", TaskList);
