import { css, html, nothing } from "lit";

import "#core/components/person-avatar.js";
import { icons } from "#core/icons.js";
import { shared } from "#core/shared-styles.js";
import { clock, dayKey, dayLabel, exactLabel, shortLabel } from "#core/time.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import { t as ofPeople } from "../i18n/people/index.js";
import { availabilityWords } from "../state/availability-words.js";
import "./client-people.js";
import "./client-remark.js";
import { sheetStyles } from "./client-sheet-styles.js";

/**
 * @import { Api } from "#api"
 * @import { Conversation } from "../types.js"
 * @typedef {Api["ClientSheet"]} ClientSheet
 * @typedef {Api["Staff"]} Staff
 */

/**
 * The details of a conversation, for the company: what it is about, who takes part, and what is known of the client. Sends
 * `sheet-close`, `sheet-retry`, `sheet-go` {id} to another conversation, `sheet-files` {scope}, and what `<client-remark>`
 * sends.
 *
 * @property {Conversation} conversation
 * @property {ClientSheet | null} sheet what is known of the client; null while it is loaded
 * @property {boolean} failed it could not be loaded
 * @property {boolean} offline there is no network, and this device does not keep it
 * @property {number} kept when it came, in milliseconds, if it could not be loaded again; else 0
 * @property {string} base the address of the list, in front of the addresses of conversations
 * @property {boolean} closable shows a button that closes it
 * @property {boolean} busy a remark is being saved
 * @property {string} error why a remark was not saved
 */
export class ConversationSheet extends TurnElement {
  static properties = {
    conversation: { attribute: false },
    sheet: { attribute: false },
    failed: { type: Boolean },
    offline: { type: Boolean },
    kept: { type: Number },
    base: {},
    closable: { type: Boolean },
    busy: { type: Boolean },
    error: {},
  };

  static styles = [
    shared,
    sheetStyles,
    css`
      :host {
        display: block;
        overflow-y: auto;
        padding: var(--space-5) var(--space-4);
        background: var(--surface);
      }

      .close {
        float: inline-end;
        margin: calc(-1 * var(--space-3)) calc(-1 * var(--space-3)) 0 0;
      }

      .who {
        display: flex;
        gap: var(--space-3);
        align-items: center;
        margin-block-end: var(--space-5);

        --avatar-size: 3rem;
      }

      h3 {
        font-size: var(--text-l);
        letter-spacing: -0.01em;
        line-height: var(--leading-tight);
      }

      .kind {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      dl {
        display: grid;
        gap: var(--space-4);
      }

      dt {
        margin-block-end: var(--space-1);
        color: var(--ink-soft);
        font-size: var(--text-xs);
        font-weight: 650;
        letter-spacing: 0.03em;
        text-transform: uppercase;
      }

      .chantier {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-2);
        align-items: baseline;
      }

      .people {
        display: grid;
        gap: var(--space-2);

        --avatar-size: 1.75rem;
      }

      .people li {
        display: flex;
        gap: var(--space-2);
        align-items: center;
      }

      .people small {
        flex: none;
        margin-inline-start: auto;
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }

      .away {
        color: var(--accent);
        font-weight: 600;
      }

      .links {
        gap: 0;
      }

      .held {
        padding: var(--space-2) var(--space-3);
        margin-block-end: var(--space-4);
        border-inline-start: 3px solid var(--danger);
        background: var(--surface-sunken);
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }

      .held small {
        display: block;
      }

      .awaiting {
        padding: var(--space-2) var(--space-3);
        margin-block-end: var(--space-5);
        border-inline-start: 3px solid var(--accent-line);
        background: var(--surface-sunken);
        font-size: var(--text-s);
      }
    `,
  ];

  constructor() {
    super();
    /** @type {Conversation | null} */
    this.conversation = null;
    /** @type {ClientSheet | null} */
    this.sheet = null;
    this.failed = false;
    this.offline = false;
    this.kept = 0;
    this.base = "";
    this.closable = false;
    this.busy = false;
    this.error = "";
  }

  /** @override */
  render() {
    if (!this.conversation) return nothing;
    const { client, awaiting_reply_since } = this.conversation;
    return html`
      ${this.closable ? this.#close() : nothing}
      <div class="who">
        <person-avatar name=${client.name} of="client"></person-avatar>
        <div>
          <h3>${client.name}</h3>
          <p class="kind">${t("client")}</p>
        </div>
      </div>
      ${this.#holds(this.conversation).map((hold) => this.#held(hold))}
      ${awaiting_reply_since ? this.#awaiting(new Date(awaiting_reply_since)) : nothing}
      ${this.sheet && this.kept ? this.#isKept(new Date(this.kept)) : nothing}
      ${this.sheet ? this.#people(this.sheet) : this.#notLoaded()} ${this.#facts(this.conversation)}
      ${this.sheet ? this.#ofClient(this.sheet, this.conversation) : nothing}
    `;
  }

  #close() {
    const label = ofPeople("closeSheet");
    return html`<button class="icon-button close" aria-label=${label} title=${label} @click=${() => this.#send("sheet-close")}>${icons.close}</button>`;
  }

  /** @param {Conversation} conversation */
  #facts({ chantier, assigned_to, participants }) {
    return html`<section><dl>
      <div>
        <dt>${t("chantier")}</dt>
        <dd class="chantier">
          ${chantier?.name ?? t("freeSubject")} ${chantier?.reference ? html`<span class="plate">${chantier.reference}</span>` : nothing}
        </dd>
      </div>
      <div>
        <dt>${t("assignee")}</dt>
        <dd>${assigned_to?.name ?? t("nobody")} ${this.#away(assigned_to?.id)}</dd>
      </div>
      <div>
        <dt>${t("participants")}</dt>
        <dd>
          <ul class="people">
            ${participants.map(
              ({ name, role }) => html`<li>
                <person-avatar name=${name} of=${role}></person-avatar><span>${name}</span>
                <small>${t(role === "client" ? "ofClient" : "ofCompany")}</small>
              </li>`,
            )}
          </ul>
        </dd>
      </div>
    </dl></section>`;
  }

  /** Whether a colleague of the sheet is away. @param {string | undefined} id */
  #away(id) {
    const { sheet } = this;
    const staff = [sheet?.responsible, sheet?.deputy, ...(sheet?.chantiers ?? []).flatMap(({ responsible, deputy }) => [responsible, deputy])];
    return awayOf(staff.find((person) => person && person.id === id) ?? null);
  }

  /** @param {Date} at */
  #isKept(at) {
    return html`<p class="soft" role="status" title=${exactLabel(at)}>${ofPeople("sheetKept", { day: dayLabel(at), time: clock(at) })}</p>`;
  }

  #notLoaded() {
    if (this.offline) return html`<section><p class="soft" role="alert">${ofPeople("sheetOffline")}</p></section>`;
    if (!this.failed) return html`<section><p class="soft" role="status">${ofPeople("sheetLoading")}</p></section>`;
    return html`<section>
      <p class="soft" role="alert">${ofPeople("sheetFailed")}</p>
      <div class="buttons"><button class="button" @click=${() => this.#send("sheet-retry")}>${ofPeople("sheetRetry")}</button></div>
    </section>`;
  }

  /** First what a person in a hurry looks for: what to know, and a number to call. @param {ClientSheet} sheet */
  #people(sheet) {
    return html`
      <section>
        <h4>${ofPeople("remark")}</h4>
        <client-remark .remark=${sheet.remark} error=${this.error} ?busy=${this.busy}></client-remark>
      </section>
      <section>
        <h4>${ofPeople("contacts")}</h4>
        <client-people .people=${sheet.people} count=${sheet.people_count}></client-people>
      </section>
    `;
  }

  /** @param {ClientSheet} sheet @param {Conversation} conversation */
  #ofClient(sheet, conversation) {
    return html`
      <section>
        <h4>${ofPeople("chantiers")}</h4>
        ${sheet.chantiers.length > 0 ? html`<ul>${sheet.chantiers.map((each) => this.#chantier(each))}</ul>` : html`<p class="soft">${ofPeople("noChantier")}</p>`}
      </section>
      ${this.#threads(sheet, conversation)} ${this.#files(sheet, conversation)}
    `;
  }

  /** The holds on a conversation, on its chantier or its client. @param {Conversation} conversation */
  #holds({ id, chantier, client }) {
    const ids = [id, chantier?.id, client.id];
    // A sheet that an older page has kept has none.
    return (this.sheet?.holds ?? []).filter((hold) => ids.includes(hold.id));
  }

  /** @param {ClientSheet["holds"][number]} hold */
  #held({ on, reason, by, since }) {
    const at = new Date(since);
    const where = on === "client" ? ofPeople("heldOnClient") : on === "chantier" ? ofPeople("heldOnChantier") : "";
    const who = [ofPeople("heldBy", { name: by.name, day: dayLabel(at) }), where].filter(Boolean).join(" · ");
    return html`<p class="held" title=${exactLabel(at)}><strong>${ofPeople("held", { reason })}</strong><small>${who}</small></p>`;
  }

  /** @param {ClientSheet["chantiers"][number]} chantier */
  #chantier({ id, name, reference, status, responsible, deputy }) {
    const holds = (this.sheet?.holds ?? []).filter((hold) => hold.id === id);
    return html`<li>
      <div class="chantier">
        <span>${name}</span> ${reference ? html`<span class="plate">${reference}</span>` : nothing}
        ${status === "archived" ? html`<small>(${ofPeople("archived")})</small>` : nothing}
      </div>
      ${holds.map(({ reason }) => html`<p class="soft bad">${ofPeople("held", { reason })}</p>`)}
      <p class="soft">${responsible ? ofPeople("responsible", { name: responsible.name }) : ofPeople("noResponsible")} ${absenceOf(responsible)}</p>
      ${deputy ? html`<p class="soft">${ofPeople("deputy", { name: deputy.name })} ${absenceOf(deputy)}</p>` : nothing}
    </li>`;
  }

  /** @param {ClientSheet} sheet @param {Conversation} conversation */
  #threads({ conversations: { open_count, closed_count, newest } }, { id }) {
    const others = newest.filter((thread) => thread.id !== id);
    const counts = { open: String(open_count), closed: String(closed_count) };
    return html`<section>
      <h4>${ofPeople("threads")}</h4>
      <p class="soft">${ofPeople("threadCounts", counts)}</p>
      ${others.length > 0 ? html`<ul class="links">${others.map((thread) => this.#thread(thread))}</ul>` : html`<p class="soft">${ofPeople("noThreads")}</p>`}
    </section>`;
  }

  /** @param {ClientSheet["conversations"]["newest"][number]} thread */
  #thread({ id, subject, status, last_activity_at, chantier }) {
    const at = new Date(last_activity_at);
    const about = [chantier?.name, status === "closed" ? t("closed") : "", shortLabel(at)].filter(Boolean).join(" · ");
    return html`<li>
      <a class="row" href="${this.base}/${id}" @click=${(/** @type {MouseEvent} */ event) => this.#follow(event, "sheet-go", { id })}
        ><span>${subject}</span><small title=${exactLabel(at)}>${about}</small></a
      >
    </li>`;
  }

  /** @param {ClientSheet} sheet @param {Conversation} conversation */
  #files({ files_count }, { id, chantier }) {
    const address = `${this.base}/${id}/files`;
    return html`<section>
      <h4>${ofPeople("files")}</h4>
      <p class="soft">${ofPeople("filesCount", { n: files_count })}</p>
      <ul class="links">
        <li>${this.#filesLink(address, "conversation", ofPeople("filesHere"))}</li>
        ${chantier ? html`<li>${this.#filesLink(`${address}#files-chantier`, "chantier", ofPeople("filesOfChantier"))}</li>` : nothing}
      </ul>
    </section>`;
  }

  /** @param {string} address @param {"conversation" | "chantier"} scope @param {string} label */
  #filesLink(address, scope, label) {
    return html`<a class="row" href=${address} @click=${(/** @type {MouseEvent} */ event) => this.#follow(event, "sheet-files", { scope })}
      ><span>${label}</span></a
    >`;
  }

  /** Follow a link in the page; the browser opens it elsewhere if the person asks so. @param {MouseEvent} event @param {string} type @param {object} detail */
  #follow(event, type, detail) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.#send(type, detail);
  }

  /** @param {Date} since */
  #awaiting(since) {
    const isToday = dayKey(since) === dayKey(new Date());
    return html`<p class="awaiting" title=${exactLabel(since)}>${t("awaitingSince", { since: isToday ? clock(since) : dayLabel(since) })}</p>`;
  }

  /** @param {string} type @param {object} [detail] */
  #send(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** @param {Staff | null} person */
function absenceOf(person) {
  return person?.availability.status === "absent" ? awayOf(person) : nothing;
}

/** At night everybody is off duty, so that is said softly. @param {Staff | null} person */
function awayOf(person) {
  const words = availabilityWords(person?.availability);
  if (!words) return nothing;
  return html`<small class=${person?.availability.status === "absent" ? "away" : ""}>${words}</small>`;
}

customElements.define("conversation-sheet", ConversationSheet);
