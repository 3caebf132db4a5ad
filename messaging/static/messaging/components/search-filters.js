import { LitElement, css, html, nothing } from "lit";

import { locale } from "#core/i18n/index.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { NARROWS, NOTHING, isSame } from "../state/asked.js";
import { inOrder } from "../state/choices-found.js";
import { periodOf, periodText } from "../state/typed-dates.js";
import "./search-picker.js";

/**
 * @import { Api } from "#api"
 * @import { Asked } from "../state/asked.js"
 * @import { Choice } from "../state/choices-found.js"
 * @import { Chantier, Client } from "../types.js"
 * @typedef {{ id: string, name: string, count: number }} Facet
 * @typedef {{ clients: Facet[], chantiers: Facet[], authors: Facet[] }} Facets
 */

const KINDS = /** @type {const} */ ([
  { kind: "", label: "kindAll" },
  { kind: "message", label: "messages" },
  { kind: "file", label: "kindFiles" },
  { kind: "note", label: "kindNotes" },
]);
const FACETS = /** @type {const} */ ([
  { name: "client", of: "clients", label: "narrowClient" },
  { name: "chantier", of: "chantiers", label: "narrowChantier" },
  { name: "author", of: "authors", label: "narrowAuthor" },
]);

/**
 * What narrows a search, or is enough for one: the kind of what is looked for, chantier, days, and for the company client,
 * person and files. Where something was found is offered first, with how often. Sends `search-narrow` with what changes of
 * `Asked`, and `search-choices` when the other choices are needed.
 *
 * @property {Asked} asked
 * @property {Facets | null} facets
 * @property {Client[]} clients
 * @property {Chantier[]} chantiers
 * @property {Api["Staff"][]} colleagues
 * @property {boolean} staff shows all of them
 */
export class SearchFilters extends LitElement {
  static properties = {
    asked: { attribute: false },
    facets: { attribute: false },
    clients: { attribute: false },
    chantiers: { attribute: false },
    colleagues: { attribute: false },
    staff: { type: Boolean },
    isOpen: { state: true },
    isUnread: { state: true },
  };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-4) var(--space-3);
        border-block-end: 1px solid var(--line);
      }

      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1);
      }

      .kind {
        min-height: 2rem;
        padding-inline: 0.7rem;
        border: 1px solid var(--line);
        border-radius: var(--radius-full);
        background: transparent;
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 600;
        white-space: nowrap;
      }

      .kind:hover {
        background: var(--surface-hover);
      }

      .kind[aria-pressed="true"] {
        border-color: transparent;
        background: var(--brand);
        color: var(--on-brand);
      }

      summary {
        padding-block: var(--space-1);
        color: var(--ink-soft);
        font-size: var(--text-s);
        font-weight: 650;
        cursor: pointer;
      }

      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr));
        gap: var(--space-3);
        align-items: start;
        padding-block: var(--space-2);
      }

      .check {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        min-height: var(--touch);
      }

      .check input {
        width: 1.25rem;
        height: 1.25rem;
        accent-color: var(--brand);
      }

      .hint {
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }

      @media (hover: none), (max-width: 47.99rem) {
        .kind {
          min-height: var(--touch);
        }

        summary {
          min-height: var(--touch);
          line-height: 2.25rem;
        }
      }

      @media (forced-colors: active) {
        .kind[aria-pressed="true"] {
          border: 2px solid;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.asked = NOTHING;
    /** @type {Facets | null} */
    this.facets = null;
    /** @type {Client[]} */
    this.clients = [];
    /** @type {Chantier[]} */
    this.chantiers = [];
    /** @type {Api["Staff"][]} */
    this.colleagues = [];
    this.staff = false;
    /** As it begins, then as the person leaves it: open where filters are the search, or nothing is asked yet. */
    this.isOpen = false;
    /** The period was not understood. */
    this.isUnread = false;
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("asked")) this.isUnread = false;
    if (!this.hasUpdated) this.isOpen = isSame(this.asked, NOTHING) || NARROWS.some((name) => this.asked[name]);
  }

  /** @override */
  render() {
    const kinds = this.staff ? KINDS : KINDS.filter(({ kind }) => kind !== "note");
    return html`<ul aria-label=${t("kinds")}>
        ${kinds.map(
          ({ kind, label }) => html`<li>
            <button class="kind" aria-pressed=${this.asked.kind === kind} @click=${() => this.#send({ kind })}>${t(label)}</button>
          </li>`,
        )}
      </ul>
      ${this.#narrow()}`;
  }

  #narrow() {
    const { kind, from, to, has_file: hasFile } = this.asked;
    // The days are one choice.
    const n = NARROWS.filter((name) => this.asked[name] && !(name === "to" && from)).length;
    return html`<details ?open=${this.isOpen} @toggle=${this.#onToggle}>
      <summary>${n > 0 ? t("narrowedBy", { n }) : t("narrow")}</summary>
      <div class="fields">
        ${this.#facets.map(({ name, of, label }) => this.#choice(name, of, t(label)))}
        <div class="field">
          <label for="days">${t("narrowDays")}</label>
          <input
            id="days"
            class="control"
            autocomplete="off"
            aria-describedby="hint"
            aria-invalid=${this.isUnread}
            .value=${periodText({ from, to }, { locale: locale() })}
            @change=${this.#onDays}
          />
          <span id="hint" class=${this.isUnread ? "error" : "hint"} role=${this.isUnread ? "alert" : nothing}>
            ${t(this.isUnread ? "daysNotRead" : "daysHint")}
          </span>
        </div>
        ${this.staff && kind !== "file"
          ? html`<label class="check">
              <input type="checkbox" .checked=${hasFile === "true"} @change=${this.#onFile} />
              ${t("narrowFile")}
            </label>`
          : nothing}
      </div>
      ${n > 0 ? html`<button class="button" @click=${this.#clear}>${icons.close} ${t("narrowClear")}</button>` : nothing}
    </details>`;
  }

  /** A client chooses among several chantiers of theirs. */
  get #facets() {
    if (this.staff) return FACETS;
    return FACETS.filter(({ name }) => name === "chantier" && (this.chantiers.length > 1 || this.asked.chantier));
  }

  /** @param {"client" | "chantier" | "author"} name @param {keyof Facets} of @param {string} label */
  #choice(name, of, label) {
    const chosen = this.asked[name];
    return html`<search-picker
      optional
      ordered
      label=${label}
      hint=${t("narrowAny")}
      value=${chosen}
      .choices=${this.#choices(of, chosen)}
      @pick=${(/** @type {CustomEvent} */ event) => this.#pick(event, name)}
    ></search-picker>`;
  }

  /**
   * Where something was found, the most frequent first, then the others in their order. First of all, no choice.
   *
   * @param {keyof Facets} of
   * @param {string} chosen
   * @returns {Choice[]}
   */
  #choices(of, chosen) {
    const found = (this.facets?.[of] ?? []).map(({ id, name, count }) => ({ id, label: name, detail: t("foundCount", { n: count }) }));
    const known = new Set(found.map(({ id }) => id));
    const others = inOrder(this.#all(of), locale()).filter(({ id }) => !known.has(id));
    const all = [...found, ...others];
    if (!chosen) return all;
    const isKnown = all.some(({ id }) => id === chosen);
    return [{ id: "", label: t("narrowAny") }, ...(isKnown ? [] : [{ id: chosen, label: t("narrowChosen") }]), ...all];
  }

  /** @param {keyof Facets} of @returns {Choice[]} */
  #all(of) {
    if (of === "clients") return this.clients.map(({ id, name }) => ({ id, label: name }));
    if (of === "authors") return this.colleagues.map(({ id, name }) => ({ id, label: name }));
    const { client: chosen } = this.asked;
    const ofClient = chosen ? this.chantiers.filter(({ client }) => client?.id === chosen) : this.chantiers;
    return ofClient.map(({ id, name, reference, client }) => ({
      id,
      label: [reference, name].filter(Boolean).join(" · "),
      detail: this.staff && !chosen ? (client?.name ?? "") : "",
    }));
  }

  /** @param {CustomEvent} event @param {"client" | "chantier" | "author"} name */
  #pick(event, name) {
    event.stopPropagation();
    this.#send({ [name]: event.detail.id });
  }

  /** @param {Event} event */
  #onToggle(event) {
    const { open } = /** @type {HTMLDetailsElement} */ (event.target);
    this.isOpen = open;
    if (open) this.dispatchEvent(new CustomEvent("search-choices", { bubbles: true, composed: true }));
  }

  /** @param {Event} event */
  #onDays(event) {
    const text = valueOf(event).trim();
    const period = text ? periodOf(text) : { from: "", to: "" };
    this.isUnread = period === null;
    if (period) this.#send(period);
  }

  /** @param {Event} event */
  #onFile(event) {
    const { checked } = /** @type {HTMLInputElement} */ (event.target);
    this.#send({ has_file: checked ? "true" : "" });
  }

  #clear() {
    this.#send(Object.fromEntries(NARROWS.map((name) => [name, ""])));
  }

  /** @param {Partial<Asked>} detail */
  #send(detail) {
    this.dispatchEvent(new CustomEvent("search-narrow", { detail, bubbles: true, composed: true }));
  }
}

/** @param {Event} event */
function valueOf(event) {
  return /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value;
}

customElements.define("search-filters", SearchFilters);
