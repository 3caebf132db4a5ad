import { LitElement, css, html, nothing } from "lit";

import { t } from "../i18n/index.js";
import { taskStyles } from "./task-styles.js";

/** @import { Latency, Queue, Worker } from "../types.js" */

const STATES = /** @type {const} */ (
  ["waiting", "running", "retrying", "scheduled", "dead", "succeeded", "failed", "lost", "nothing"]
);
const PAUSE_MS = 350;

/**
 * The filters of the list. Sends `filters-change` with all filters.
 *
 * @property {Record<string, string>} filters
 * @property {Queue[]} queues
 * @property {Latency[]} names the names of tasks that ran lately
 * @property {Worker[]} workers
 */
export class TaskFilters extends LitElement {
  static properties = {
    filters: { attribute: false },
    queues: { attribute: false },
    names: { attribute: false },
    workers: { attribute: false },
  };

  static styles = [
    taskStyles,
    css`
      form {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr));
        gap: var(--space-3);
        align-items: end;
        padding: var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface);
      }

      [type="reset"] {
        white-space: nowrap;
      }

      .wide {
        grid-column: span 2;
      }

      .field,
      .control {
        min-width: 0;
      }

      details > summary {
        display: none;
      }

      @media (max-width: 47.99rem) {
        form {
          grid-template-columns: 1fr 1fr;
          border: 0;
          border-radius: 0;
        }

        details {
          background: var(--surface);
        }

        details > summary {
          display: list-item;
          padding: var(--space-3) var(--space-5);
          color: var(--brand-text);
          font-weight: 600;
          cursor: pointer;
        }
      }
    `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;

  constructor() {
    super();
    /** @type {Record<string, string>} */
    this.filters = {};
    /** @type {Queue[]} */
    this.queues = [];
    /** @type {Latency[]} */
    this.names = [];
    /** @type {Worker[]} */
    this.workers = [];
  }

  /** @override */
  firstUpdated() {
    // On a phone the list comes first.
    this.renderRoot.querySelector("details")?.toggleAttribute("open", matchMedia("(min-width: 48rem)").matches);
  }

  /** @override */
  disconnectedCallback() {
    clearTimeout(this.#pause);
    super.disconnectedCallback();
  }

  /** @override */
  render() {
    const names = new Map(this.names.map(({ name, title }) => [name, title]));
    const states = STATES.map((state) => [state, t(`state_${state}`)]);
    return html`<details>
      <summary>${t("filters")}</summary>
      ${this.#form(names, states)}
    </details>`;
  }

  /** @param {Map<string, string>} names @param {string[][]} states */
  #form(names, states) {
    return html`<form role="search" aria-label=${t("filters")} @submit=${this.#onSubmit} @reset=${this.#clear}>
      ${this.#choice("state", t("state"), [["error", t("error")], ...states])}
      ${this.#choice("queue", t("queue"), this.queues.map(({ queue, title }) => [queue, title]))}
      ${this.#choice("name", t("task"), [...names])}
      ${this.#choice("worker", t("worker"), this.workers.map(({ host, pid }) => [`${host}:${pid}`, `${host}:${pid}`]))}
      ${this.#field("q", t("search"), "search", "wide")} ${this.#field("slower_than", t("slower"), "number")}
      ${this.#field("since", t("since"), "datetime-local")} ${this.#field("until", t("until"), "datetime-local")}
      ${Object.keys(this.filters).length > 0
        ? html`<button class="button" type="reset">${t("clear")}</button>`
        : nothing}
    </form>`;
  }

  /** @param {string} name @param {string} label @param {string[][]} options */
  #choice(name, label, options) {
    const value = this.filters[name] ?? "";
    const isUnknown = value && !options.some(([option]) => option === value);
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <select class="control" id=${name} .value=${value} @change=${this.#onChoice}>
        <option value="" ?selected=${!value}>${t(name === "queue" || name === "name" ? "allFem" : "all")}</option>
        ${isUnknown ? html`<option value=${value} selected>${value}</option>` : nothing}
        ${options.map(([option, text]) => html`<option value=${option ?? ""} ?selected=${option === value}>${text}</option>`)}
      </select>
    </div>`;
  }

  /** @param {string} name @param {string} label @param {string} type @param {string} [className] */
  #field(name, label, type, className = "") {
    return html`<div class="field ${className}">
      <label for=${name}>${label}</label>
      <input
        class="control"
        id=${name}
        type=${type}
        min=${type === "number" ? "0" : nothing}
        step=${type === "number" ? "any" : nothing}
        .value=${type === "datetime-local" ? localOf(this.filters[name]) : (this.filters[name] ?? "")}
        @input=${this.#onInput}
      />
    </div>`;
  }

  /** @param {Event} event */
  #onChoice(event) {
    const { id, value } = /** @type {HTMLSelectElement} */ (event.target);
    this.#change(id, value);
  }

  /** @param {Event} event */
  #onInput(event) {
    const { id, type, value } = /** @type {HTMLInputElement} */ (event.target);
    clearTimeout(this.#pause);
    const sent = type === "datetime-local" && value ? new Date(value).toISOString() : value.trim();
    this.#pause = setTimeout(() => this.#change(id, sent), PAUSE_MS);
  }

  /** @param {Event} event */
  #onSubmit(event) {
    event.preventDefault();
  }

  /** @param {string} name @param {string} value */
  #change(name, value) {
    const filters = { ...this.filters, [name]: value };
    if (!value) delete filters[name];
    this.#send(filters);
  }

  /** @param {Event} event */
  #clear(event) {
    event.preventDefault();
    this.#send({});
  }

  /** @param {Record<string, string>} filters */
  #send(filters) {
    this.dispatchEvent(new CustomEvent("filters-change", { detail: filters, bubbles: true, composed: true }));
  }
}

/** Format a time for a `datetime-local` field. @param {string | undefined} moment */
function localOf(moment) {
  if (!moment) return "";
  const date = new Date(moment);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

customElements.define("task-filters", TaskFilters);
