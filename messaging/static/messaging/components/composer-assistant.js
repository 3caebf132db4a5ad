import { adoptStyles, html, nothing, svg } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { access } from "#core/session.js";
import { isBlank } from "#core/text.js";
import { clock } from "#core/time.js";
import { icons } from "#core/icons.js";

import { snoozeTimes } from "../state/snooze-times.js";
import { filled, languageOf, textOf } from "../state/replies.js";
import { beginning, typedWord } from "../state/typed-word.js";
import { t } from "../writing/i18n/index.js";
import { assistantStyles } from "./composer-assistant-styles.js";
import { MessageComposer } from "./message-composer.js";
import "./message-menu.js";
import "./pause-dialog.js";

/**
 * @import { Person } from "#core/types.js"
 * @import { Extra } from "../types.js"
 * @import { About, CannedReply } from "../state/replies.js"
 * @import { TypedWord } from "../state/typed-word.js"
 *
 * The canned replies in a draft, and what of them is to be filled in.
 * @typedef {{ ids: string[], missing: string[] }} Used
 *
 * What the page knows.
 * @typedef {{
 *   replies: CannedReply[], colleagues: Person[], about: About | null, used: Used, zone: string,
 *   keepUsed(used: Used): void, refresh(): void,
 * }} Desk
 *
 * @typedef {{ id: string, name: string, reply?: CannedReply, person?: Person }} Choice
 */

const CHOICES_AT_MOST = 8;
const UNTIL = /** @type {const} */ ({ tonight: "sendUntilTonight", tomorrow: "sendUntilTomorrow", monday: "sendUntilMonday" });
const UP = svg`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M6 15l6-6 6 6"></path></svg>`;

/**
 * Helps the company to write, inside a composer: canned replies after "/", colleagues after "@" in a note, and what is
 * done with a message that is sent.
 *
 * The list is in the root of the field, whose `aria-activedescendant` names the choice: it cannot name one of another
 * root. The field stays a text box, with the focus.
 */
export class Assistant {
  #composer;
  #desk;
  /** @type {TypedWord | null} */
  #word = null;
  /** The place of a word whose list was closed. */
  #dismissed = -1;
  #active = 0;
  #isObjecting = false;

  /** @param {MessageComposer} composer @param {Desk} desk */
  constructor(composer, desk) {
    this.#composer = composer;
    this.#desk = desk;
    const root = composer.renderRoot;
    if (root instanceof ShadowRoot) adoptStyles(root, [...MessageComposer.elementStyles, assistantStyles]);
    composer.addEventListener("focusout", () => this.#close());
  }

  above() {
    const choices = this.#choices;
    return html`${this.#word ? this.#list(this.#word, choices) : nothing}
      <p class="objection" role="alert">${this.#isObjecting ? t("unfilled", { names: this.#unfilled.join(", ") }) : nothing}</p>`;
  }

  beside() {
    const { mode, notes, canSend } = this.#composer;
    if (mode === "note" || !notes) return nothing;
    return html`<button
        type="button"
        class="send more"
        aria-label=${t("sendMore")}
        title=${t("sendMore")}
        aria-haspopup="menu"
        aria-disabled=${!canSend}
        @click=${this.#openMenu}
      >
        ${UP}
      </button>
      <message-menu label=${t("sendMore")} .items=${sendings(this.#desk.zone)} @menu-choose=${this.#onSending}></message-menu>
      <pause-dialog zone=${this.#desk.zone} @pause-choose=${(/** @type {CustomEvent} */ { detail }) => this.#composer.submit({ snooze_until: detail.until })}></pause-dialog>`;
  }

  /** Look at the word at the caret. */
  look() {
    const { text, mode, position } = this.#composer;
    if (isBlank(text) && this.#desk.used.ids.length > 0) this.#desk.keepUsed({ ids: [], missing: [] });
    if (this.#isObjecting && this.#unfilled.length === 0) this.#isObjecting = false;
    const typed = typedWord(text, position);
    const word = typed && typed.sign === (mode === "note" ? "@" : "/") ? typed : null;
    if (!word) this.#dismissed = -1;
    const shown = word && word.start !== this.#dismissed ? word : null;
    if (shown?.query === this.#word?.query && shown?.start === this.#word?.start) return;
    if (shown && !this.#word) this.#desk.refresh();
    this.#word = shown;
    this.#active = 0;
    this.#update();
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  takes({ key, isComposing, keyCode, ctrlKey, metaKey, shiftKey }) {
    const count = this.#choices.length;
    if (!this.#word || isComposing || keyCode === 229 || ctrlKey || metaKey) return false;
    if (key === "Escape") this.#dismiss();
    // A shortcut that is mistyped is no message.
    else if (count === 0) return key === "Enter" && this.#word.sign === "/" && this.#word.query !== "";
    else if (key === "ArrowDown") this.#move(this.#active + 1);
    else if (key === "ArrowUp") this.#move(this.#active + count - 1);
    else if ((key === "Enter" || key === "Tab") && !shiftKey) this.#choose(this.#choices[this.#active]);
    else return false;
    return true;
  }

  /** Refuse to send while something is to be filled in, and lead to it. */
  objects() {
    const [first] = this.#unfilled;
    this.#isObjecting = first !== undefined;
    this.#update();
    if (first === undefined) return false;
    const start = this.#composer.text.indexOf(first);
    void this.#composer.replace({ start, end: start + first.length, text: first, from: 0, to: first.length });
    return true;
  }

  /** @param {Extra} [more] @returns {Extra | undefined} */
  extra(more) {
    const { ids } = this.#desk.used;
    if (this.#composer.mode === "note" || (!more && ids.length === 0)) return undefined;
    return { ...more, ...(ids.length > 0 && { canned_replies: ids }) };
  }

  get #pauseDialog() {
    return this.#composer.renderRoot.querySelector("pause-dialog");
  }

  get #unfilled() {
    const { mode, text } = this.#composer;
    return mode === "note" ? [] : this.#desk.used.missing.filter((name) => text.includes(name));
  }

  /** @returns {Choice[]} */
  get #choices() {
    if (!this.#word) return [];
    const { sign, query } = this.#word;
    const all = sign === "@" ? this.#desk.colleagues.map(personChoice) : this.#desk.replies.map(replyChoice);
    return beginning(all, query, ({ name }) => name).slice(0, CHOICES_AT_MOST);
  }

  /** @param {TypedWord} word @param {Choice[]} choices */
  #list({ sign, query }, choices) {
    const isEmpty = choices.length === 0;
    if (isEmpty && sign === "@") return nothing;
    return html`<div class="suggestions" @mousedown=${keepFocus}>
      <p class="visually-hidden" role="status">${isEmpty ? t("noneFound", { word: query }) : t("found", { n: choices.length })}</p>
      ${isEmpty
        ? html`<p class="none" aria-hidden="true">${t("noneFound", { word: query })}</p>`
        : html`<ul role="listbox" id="suggestions" aria-label=${t(sign === "@" ? "mentionsLabel" : "repliesLabel")}>
            ${repeat(choices, ({ id }) => id, (choice, index) => this.#option(choice, index))}
          </ul>`}
      ${sign === "/" ? this.#foot(choices[this.#active]?.reply) : nothing}
    </div>`;
  }

  /** @param {Choice} choice @param {number} index */
  #option(choice, index) {
    return html`<li role="option" id="suggestion-${index}" aria-selected=${index === this.#active} @click=${() => this.#choose(choice)}>
      ${choice.reply ? this.#replyLine(choice.reply) : choice.name}
    </li>`;
  }

  /** @param {CannedReply} reply */
  #replyLine(reply) {
    const { text, language } = this.#textOf(reply);
    const { about } = this.#desk;
    return html`<b>/${reply.shortcut}</b> <span class="line">${about ? filled(text, about).text : text}</span> ${language ? html`<small>${language}</small>` : nothing}`;
  }

  /** @param {CannedReply | undefined} reply the active one */
  #foot(reply) {
    const about = this.#desk.about;
    const preview = reply && about ? html`<div class="preview" role="group" aria-label=${t("preview")}>${this.#preview(reply, about)}</div>` : nothing;
    return html`${preview} ${access.isOurs ? html`<a class="manage" href="/staff/replies">${t("manageReplies")}</a>` : nothing}`;
  }

  /** @param {CannedReply} reply @param {About} about */
  #preview(reply, about) {
    const { text, missing } = filled(this.#textOf(reply).text, about);
    const words = missing.length > 0 ? html`<p class="missing">${t("unfilled", { names: missing.join(", ") })}</p>` : nothing;
    return html`<p dir="auto">${text}</p>${words}`;
  }

  /** The text in the client's language. `language` is said if it is the other one. @param {CannedReply} reply */
  #textOf(reply) {
    const about = this.#desk.about;
    const wanted = about ? languageOf(about) : "fr";
    const { text, language } = textOf(reply, wanted);
    return { text, language: language === wanted ? "" : t("onlyIn", { language: t(language === "fr" ? "languageFr" : "languageEn") }) };
  }

  /** @param {Choice | undefined} choice */
  #choose(choice) {
    const word = this.#word;
    if (!word || !choice) return;
    this.#close();
    if (choice.reply) this.#insert(choice.reply, word);
    else void this.#composer.replace({ ...word, text: `@${choice.name} ` });
  }

  /** Insert, never send. What is to be filled in is selected. @param {CannedReply} reply @param {TypedWord} word */
  #insert(reply, { start, end }) {
    const about = this.#desk.about;
    const { text, missing } = about ? filled(this.#textOf(reply).text, about) : { text: this.#textOf(reply).text, missing: [] };
    const { used } = this.#desk;
    this.#desk.keepUsed({ ids: [...new Set([...used.ids, reply.id])], missing: [...new Set([...used.missing, ...missing])] });
    const [first] = missing;
    const selected = first === undefined ? {} : { from: text.indexOf(first), to: text.indexOf(first) + first.length };
    void this.#composer.replace({ start, end, text, ...selected });
  }

  /** @param {number} index */
  #move(index) {
    this.#active = index % this.#choices.length;
    this.#update();
  }

  #dismiss() {
    this.#dismissed = this.#word?.start ?? -1;
    this.#close();
  }

  #close() {
    if (!this.#word) return;
    this.#word = null;
    this.#update();
  }

  #update() {
    this.#composer.requestUpdate();
    void this.#composer.updateComplete.then(() => this.#nameActive());
  }

  /** Say to a screen reader which choice is the active one. */
  #nameActive() {
    const root = this.#composer.renderRoot;
    const field = root.querySelector("textarea");
    const option = root.querySelector(`#suggestion-${this.#active}`);
    option?.scrollIntoView({ block: "nearest" });
    const isOpen = this.#word !== null && option !== null;
    const states = { "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": "suggestions", "aria-activedescendant": option?.id ?? "" };
    for (const [name, value] of Object.entries(states)) {
      if (isOpen) field?.setAttribute(name, value);
      else field?.removeAttribute(name);
    }
  }

  /** @param {Event} event */
  #openMenu = ({ currentTarget }) => {
    if (!this.#composer.canSend) return this.#composer.focus();
    const { right, top } = /** @type {HTMLElement} */ (currentTarget).getBoundingClientRect();
    void this.#composer.renderRoot.querySelector("message-menu")?.open({ x: right, y: top });
  };

  /** @param {CustomEvent<{ name: string }>} event */
  #onSending = ({ detail: { name } }) => {
    if (name === "close") return this.#composer.submit({ close: true });
    if (name === "other") return void this.#pauseDialog?.open();
    const pause = snoozeTimes(this.#desk.zone).find((each) => each.name === name);
    if (pause) this.#composer.submit({ snooze_until: pause.at.toISOString() });
  };
}

/** @param {string} zone */
function sendings(zone) {
  return [
    { name: "close", label: t("sendAndClose"), icon: icons.check },
    ...snoozeTimes(zone).map(({ name, at }) => ({ name, label: t(UNTIL[name], { time: clock(at) }), icon: icons.clock })),
    { name: "other", label: t("sendUntilOther"), icon: icons.clock },
  ];
}

/** @param {CannedReply} reply @returns {Choice} */
function replyChoice(reply) {
  return { id: reply.id, name: reply.shortcut, reply };
}

/** @param {Person} person @returns {Choice} */
function personChoice(person) {
  return { id: person.id, name: person.name, person };
}

/** The field keeps the focus when a choice is tapped; a link still works. @param {Event} event */
function keepFocus(event) {
  event.preventDefault();
}
