/** The people of the tests, as tests/cast.py names them, and what they write. */

/** @import { Me, Person } from "#core/types.js" */
/** @import { ConversationForMe, Message } from "#messaging/types.js" */

/** @type {Person} */
export const camille = { id: "camille", name: "Camille Morel", role: "client" };
/** @type {Person} */
export const bruno = { id: "bruno", name: "Bruno Morel", role: "client" };
/** @type {Person} */
export const odile = { id: "odile", name: "Odile Perrin", role: "staff" };

/** @param {Person} person @returns {Me} */
export function asMe(person) {
  return { ...person, email: `${person.id}@demo.test`, locale: "fr", client: null, epoch: "first", unread_total: 0, version: "0.1.0", time_zone: "Europe/Paris", limits, answers: null };
}

/** @param {Partial<ConversationForMe>} [change] @returns {ConversationForMe} */
export function conversation(change = {}) {
  return {
    id: "tiles",
    subject: "Carrelage du séjour",
    chantier: null,
    client: { id: "morel", name: "Famille Morel" },
    status: "open",
    archived_at: null,
    accepts_messages: true,
    assigned_to: null,
    version: 1,
    last_seq: 0,
    last_message: null,
    last_activity_at: "2026-11-16T08:00:00Z",
    awaiting_reply_since: null,
    answer_amber_at: null,
    answer_due_at: null,
    snoozed_until: null,
    closed_up_to_seq: 0,
    created_at: "2026-11-16T08:00:00Z",
    participants: [
      { ...camille, locale: "fr", last_read_seq: 0 },
      { ...odile, locale: "fr", last_read_seq: 0 },
    ],
    ...change,
  };
}

/** Message number seq, by default written at that minute and in that version + 1. @param {number} seq @param {Partial<Message>} [change] @returns {Message} */
export function message(seq, change = {}) {
  return {
    id: `m${seq}`,
    conversation: "tiles",
    seq,
    version: seq + 1,
    author: odile,
    body: `Message ${seq}`,
    reply_to: null,
    quoted: null,
    by_email: false,
    is_thanks: false,
    attachments: [],
    created_at: `2026-11-16T09:${String(seq).padStart(2, "0")}:00Z`,
    edited_at: null,
    deleted_at: null,
    moved_to: null,
    ...change,
  };
}

/** A line of the history, by default of Odile, half a minute after the message. @param {number} after_seq @param {Partial<import("#messaging/types.js").Line>} [change] @returns {import("#messaging/types.js").Line} */
export function line(after_seq, change = {}) {
  const at = `2026-11-16T09:${String(after_seq).padStart(2, "0")}:30Z`;
  return { id: `l${after_seq}`, conversation: "tiles", version: after_seq + 2, after_seq, kind: "closed", by: odile, at, details: {}, ...change };
}

/** @param {number} from @param {number} to */
export function messages(from, to) {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
}

/** The event of a message. @param {Message} written */
export function created(written) {
  const { conversation, version, seq, created_at } = written;
  return { conversation, version, message: written, state: { status: "open", last_seq: seq, last_activity_at: created_at, awaiting_reply_since: null } };
}

/** The server's defaults, with some of its formats. @type {import("#core/types.js").Limits} */
export const limits = {
  message_max_characters: 10_000, subject_max_characters: 150, file_max_bytes: 50 * 1024 * 1024, files_per_message: 20,
  file_extensions: { image: ["jpg", "heic"], pdf: ["pdf"], document: ["dwg", "txt"], video: ["mov", "mp4"], audio: ["m4a", "ogg"] },
  refused_extensions: { executable: ["exe", "js"], archive: ["rar", "zip"], web_page: ["html", "svg"], mail: ["eml"], signed_container: ["p7m"], type_not_allowed: ["psd"] },
};
