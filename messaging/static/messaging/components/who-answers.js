import { css, html, nothing } from "lit";

import "#core/components/person-avatar.js";
import { TurnElement } from "#core/turn-element.js";

import { t } from "../i18n/index.js";
import { photoOf, sentence } from "./usual-delay.js";

/** @import { Answerer, Answers } from "./usual-delay.js" */

/**
 * Who of the company answers, and when: how soon it usually does, when it is back. It shows nothing if nothing is known.
 *
 * @property {Answerer} person who answers
 * @property {Answers | null} answers the `answers` of GET /me
 */
export class WhoAnswers extends TurnElement {
  static properties = { person: { attribute: false }, answers: { attribute: false } };

  static styles = css`
    :host {
      display: flex;
      gap: var(--space-2);
      align-items: center;
      color: var(--ink-soft);
      font-size: var(--text-s);
      text-align: start;
    }

    /* In line with the messages above it. */
    :host([slot]) {
      max-width: 56rem;
      padding: var(--space-2) var(--space-4);
      margin-inline: auto;
    }

    :host([hidden]) {
      display: none;
    }
  `;

  constructor() {
    super();
    /** @type {Answerer} */
    this.person = null;
    /** @type {Answers | null} */
    this.answers = null;
  }

  /** @override */
  render() {
    const said = this.answers ? sentence(this.person, this.answers) : "";
    this.hidden = !said;
    if (!said) return nothing;
    return html`<person-avatar name=${this.person?.name ?? t("company")} of="staff" .photo=${photoOf(this.person, this.answers)}></person-avatar><span>${said}</span>`;
  }
}

customElements.define("who-answers", WhoAnswers);
