import { html, nothing } from "lit";

import { dayLabel } from "#core/time.js";

import { t } from "../i18n/index.js";
import { historyLine } from "./history-line.js";
import "./message-bubble.js";

/**
 * @import { Sending } from "#attachments/types.js"
 * @import { Me } from "#core/types.js"
 * @import { ChangingNote, Message } from "../types.js"
 * @import { MessageRow, PendingRow, Row } from "../state/timeline.js"
 *
 * What rows need of their list.
 * @typedef {object} Reader
 * @property {Me | null} me
 * @property {number} readByOther
 * @property {boolean} writable
 * @property {boolean} awaiting
 * @property {ReadonlyMap<string, Sending>} sendings
 * @property {() => void} closeAgain
 */

// Authors may edit or delete a message for this long. The server has the same limit.
const CHANGEABLE_MS = 15 * 60_000;

/** @param {Row} row @param {Reader} reader */
export function rowContent(row, reader) {
  switch (row.kind) {
    case "day":
      return html`<div class="day"><span>${dayLabel(row.date)}</span></div>`;
    case "unread":
      return html`<div class="unread">${t("newMessages")}</div>`;
    case "reopened":
      return withButton(t("reopenedBy", { name: row.name }), reader);
    case "line":
      return row.opensAgain ? withButton(historyLine(row.line), reader) : html`<p class="event">${historyLine(row.line)}</p>`;
    case "note":
      return note(row.note, reader);
    case "pending":
      return bubble(row, { isMine: true, side: "ours", state: row.message.state }, reader);
    case "message":
      return written(row, reader);
  }
}

/** @param {ChangingNote} note @param {Reader} reader */
function note(note, { me, sendings }) {
  return html`<internal-note .note=${note} .sendings=${sendingsOf(note, sendings)} .limits=${me?.limits ?? null} me=${me?.id ?? ""} ?mine=${note.author.id === me?.id}></internal-note>`;
}

/** Say that a message opened the conversation again, with what closes it again. @param {unknown} says @param {Reader} reader */
function withButton(says, { awaiting, closeAgain }) {
  return html`<div class="reopened">
    <span>${says}</span>
    ${awaiting ? html`<button class="button" @click=${closeAgain}>${t("closeAgain")}</button>` : nothing}
  </div>`;
}

/** @param {MessageRow} row @param {Reader} reader */
function written(row, reader) {
  const { message } = row;
  const { me, readByOther } = reader;
  const isMine = message.author.id === me?.id;
  const isOurs = isMine || (me?.role !== "client" && message.author.role !== "client");
  const state = message.deleted_at || !isOurs ? "" : message.seq <= readByOther ? "read" : "sent";
  return bubble(row, { isMine, side: isOurs ? "ours" : "theirs", state }, reader);
}

/**
 * @param {MessageRow | PendingRow} row
 * @param {{ isMine: boolean, side: string, state: string }} looks
 * @param {Reader} reader
 */
function bubble(row, { isMine, side, state }, { me, sendings, writable }) {
  return html`<message-bubble
    .message=${row.message}
    .sendings=${sendingsOf(row.message, sendings)}
    side=${side}
    state=${state}
    ?mine=${isMine}
    ?for-company=${me !== null && me.role !== "client"}
    ?joins-above=${!row.isFirst}
    ?joins-below=${!row.isLast}
    .limits=${me?.limits ?? null}
    me=${me?.id ?? ""}
    ?rewritable=${writable}
    ?answerable=${writable && row.kind === "message"}
    ?changeable=${isMine && row.kind === "message" && isFresh(row.message)}
  ></message-bubble>`;
}

/**
 * Return null for most messages, so that an upload renders only its own bubble.
 *
 * @param {{ attachments?: (string | { id: string })[], pending?: { attachments?: string[] } }} shown a message or a note
 * @param {ReadonlyMap<string, Sending>} sendings
 */
function sendingsOf({ attachments = [], pending }, sendings) {
  const ids = [...attachments, ...(pending?.attachments ?? [])].map((file) => (typeof file === "string" ? file : file.id));
  return ids.some((id) => sendings.has(id)) ? sendings : null;
}

/** @param {Message} message */
function isFresh({ created_at, deleted_at }) {
  return !deleted_at && Date.now() - Date.parse(created_at) < CHANGEABLE_MS;
}
