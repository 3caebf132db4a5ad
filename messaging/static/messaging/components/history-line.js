import { html, nothing } from "lit";

import { clock, exactLabel } from "#core/time.js";

import { t } from "../i18n/index.js";

/** @import { Line } from "../types.js" */

// Where the name of another conversation stands in a sentence, as a link.
const PLACE = "\n";

/** What a line of the history says, by kind: these are the kinds that a client reads. @type {Record<string, (line: Line) => string>} */
export const sentences = {
  opened: ({ by }) => t("lineOpened", { name: nameOf(by) }),
  closed: ({ by, details: { chantier } }) =>
    chantier ? t("lineClosedWithChantier", { chantier: nameOf(chantier) }) : t("lineClosed", { name: nameOf(by) }),
  reopened: ({ by }) => t(by?.role === "client" ? "reopenedBy" : "lineReopened", { name: nameOf(by) }),
  renamed: ({ by, details: { subject = "", former_subject: former = "" } }) => t("lineRenamed", { name: nameOf(by), subject, former }),
  moved: ({ by, details: { to, from } }) =>
    to ? t("lineMoved", { name: nameOf(by), to: nameOf(to) }) : t("lineMovedOut", { name: nameOf(by), from: nameOf(from) }),
  merged: ({ by, details: { into, count: n = 0 } }) => t(into ? "lineMergedInto" : "lineMergedFrom", { name: nameOf(by), n, place: PLACE }),
  split: ({ by, details: { into, count: n = 0 } }) => t(into ? "lineSplitInto" : "lineSplitFrom", { name: nameOf(by), n, place: PLACE }),
};

/** Return the name of a person or thing; of Liaison for what nobody did. @param {{ name?: string } | null | undefined} of */
export function nameOf(of) {
  return of?.name ?? "Liaison";
}

/** Show what was done with the conversation, by whom and when; nothing for a kind that this page does not know. @param {Line} line */
export function historyLine(line) {
  const sentence = sentences[line.kind]?.(line);
  if (!sentence) return nothing;
  const [before, after] = sentence.split(PLACE);
  const date = new Date(line.at);
  return html`${before}${after === undefined ? nothing : html`${linkTo(line.details.into ?? line.details.from)}${after}`} ·
    <time datetime=${line.at} title=${exactLabel(date)}>${clock(date)}</time>`;
}

/** Link another conversation, which stands beside this one. @param {{ id?: string, name?: string } | null | undefined} other */
function linkTo(other) {
  if (!other?.id) return nothing;
  const { id } = other;
  return html`<a href=${id} @click=${(/** @type {MouseEvent} */ event) => open(event, id)}>${other.name}</a>`;
}

/** @param {MouseEvent} event @param {string} id */
function open(event, id) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  event.currentTarget?.dispatchEvent(new CustomEvent("conversation-open", { detail: { id }, bubbles: true, composed: true }));
}
