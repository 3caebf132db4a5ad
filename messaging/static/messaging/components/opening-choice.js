import { LitElement, css, html } from "lit";

import { shared } from "#core/shared-styles.js";

import { t } from "../i18n/index.js";
import { t as ofPeople } from "../i18n/people/index.js";
import { availabilityWords } from "../state/availability-words.js";
import "./search-picker.js";

/**
 * @import { Api } from "#api"
 * @import { Chantier, Client } from "../types.js"
 * @typedef {{ client: string, chantier: string | null, owner: string }} Opening `chantier`: null is the first one offered
 */

/**
 * For whom and about what the company opens a conversation, and who follows it: three fields with search. A chantier
 * chosen first brings its client. Sends `opening-choice` with what changed of {client, chantier, owner}.
 *
 * @property {Client[]} clients
 * @property {Chantier[]} chantiers those that are open
 * @property {Api["Staff"][]} colleagues
 * @property {string} client the id of the chosen one
 * @property {string} chantier the id of the chosen one; empty: another subject
 * @property {string} owner the id of the chosen one; empty: by the rules
 * @property {string} error why the client was refused
 */
export class OpeningChoice extends LitElement {
  static properties = {
    clients: { attribute: false },
    chantiers: { attribute: false },
    colleagues: { attribute: false },
    client: {},
    chantier: {},
    owner: {},
    error: {},
  };

  static shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };

  static styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Client[]} */
    this.clients = [];
    /** @type {Chantier[]} */
    this.chantiers = [];
    /** @type {Api["Staff"][]} */
    this.colleagues = [];
    this.client = "";
    this.chantier = "";
    this.owner = "";
    this.error = "";
  }

  /** @override */
  render() {
    return html`<search-picker
        label=${t("client")}
        hint=${ofPeople("findClient")}
        .choices=${this.clients.map(({ id, name }) => ({ id, label: name }))}
        value=${this.client}
        error=${this.error}
        @pick=${this.#pick((id) => ({ client: id, chantier: null }))}
      ></search-picker>
      <search-picker
        optional
        label=${t("about")}
        hint=${`${t("freeSubject")} · ${ofPeople("findChantier")}`}
        .choices=${this.chantiers.map((chantier) => this.#chantierChoice(chantier))}
        value=${this.chantier}
        @pick=${this.#pick((id) => this.#withClient(id))}
      ></search-picker>
      <search-picker
        optional
        label=${ofPeople("ownerOfNew")}
        hint=${`${ofPeople("ownerByRule")} · ${ofPeople("findOwner")}`}
        .choices=${this.colleagues.map(({ id, name, role, availability }) => ({ id, label: name, of: role, detail: availabilityWords(availability) }))}
        value=${this.owner}
        @pick=${this.#pick((id) => ({ owner: id }))}
      ></search-picker>`;
  }

  /** @param {Chantier} chantier */
  #chantierChoice({ id, name, reference, client }) {
    return { id, label: name, detail: [reference, this.client ? "" : client?.name].filter(Boolean).join(" · ") };
  }

  /** @param {string} chantier @returns {Partial<Opening>} */
  #withClient(chantier) {
    const client = this.chantiers.find(({ id }) => id === chantier)?.client?.id;
    return client ? { chantier, client } : { chantier };
  }

  /** @param {(id: string) => Partial<Opening>} changeOf */
  #pick(changeOf) {
    return (/** @type {CustomEvent} */ event) => {
      event.stopPropagation();
      const detail = changeOf(event.detail.id);
      this.dispatchEvent(new CustomEvent("opening-choice", { detail, bubbles: true, composed: true }));
    };
  }
}

customElements.define("opening-choice", OpeningChoice);
