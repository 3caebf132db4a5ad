import { LitElement, css, html, nothing } from "lit";

import { locale } from "#core/i18n/index.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { NARROWS, NOTHING } from "../state/asked.js";
import { periodOf, periodText } from "../state/typed-dates.js";

/**
 * @import { Asked } from "../state/asked.js"
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
 * What narrows a search: the kind of what is looked for and, for the company, client, chantier, person, days and files. The
 * choices are those of what was found, with how often. Sends `search-narrow` with what changes of `Asked`.
 *
 * @property {Asked} asked
 * @property {Facets | null} facets
 * @property {boolean} staff shows all of them
 */
export class SearchFilters extends LitElement {
  static properties = { asked: { attribute: false }, facets: { attribute: false }, staff: { type: Boolean }, isUnread: { state: true } };

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

      .wide {
        grid-column: 1 / -1;
      }

      select {
        text-overflow: ellipsis;
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
    this.staff = false;
    /** The period was not understood. */
    this.isUnread = false;
  }

  /** @override @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("asked")) this.isUnread = false;
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
      ${this.staff ? this.#narrow() : nothing}`;
  }

  #narrow() {
    const { from, to, has_file: hasFile } = this.asked;
    // The days are one choice.
    const n = NARROWS.filter((name) => this.asked[name] && !(name === "to" && from)).length;
    return html`<details ?open=${n > 0}>
      <summary>${n > 0 ? t("narrowedBy", { n }) : t("narrow")}</summary>
      <div class="fields">
        ${FACETS.map(({ name, of, label }) => this.#choice(name, t(label), this.facets?.[of] ?? []))}
        <div class="field wide">
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
        <label class="check">
          <input type="checkbox" .checked=${hasFile === "true"} @change=${this.#onFile} />
          ${t("narrowFile")}
        </label>
      </div>
      ${n > 0 ? html`<button class="button" @click=${this.#clear}>${icons.close} ${t("narrowClear")}</button>` : nothing}
    </details>`;
  }

  /** @param {"client" | "chantier" | "author"} name @param {string} label @param {Facet[]} facets */
  #choice(name, label, facets) {
    const chosen = this.asked[name];
    const isKnown = facets.some(({ id }) => id === chosen);
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <select id=${name} class="control" .value=${chosen} @change=${(/** @type {Event} */ event) => this.#send({ [name]: valueOf(event) })}>
        <option value="">${t("narrowAny")}</option>
        ${chosen && !isKnown ? html`<option value=${chosen} selected>${t("narrowChosen")}</option>` : nothing}
        ${facets.map(({ id, name: title, count }) => html`<option value=${id} ?selected=${id === chosen}>${title} (${count})</option>`)}
      </select>
    </div>`;
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
