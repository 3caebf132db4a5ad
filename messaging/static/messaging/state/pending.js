import { ApiError } from "#core/api.js";

import { sendWithFiles } from "./send-with-files.js";

/**
 * @import { Uploader } from "#attachments/uploads/uploader.js"
 * @import * as Api from "../messaging-api.js"
 * @import { Message, Pending } from "../types.js"
 */

/**
 * Return the queue of something unsent. Reading waits for no message: a mark that comes late would be a count that
 * stays.
 *
 * @param {Pick<Pending, "kind" | "conversation">} pending
 */
export function laneOf({ kind, conversation }) {
  return kind === "read" ? `read ${conversation}` : conversation;
}

/**
 * Put something in the place of what waits under the same id. An edit is still meant for the text that the first edit
 * was meant for.
 *
 * @template {Omit<Pending, "created_at" | "state" | "error">} Draft
 * @param {Pending | undefined} earlier
 * @param {Draft} draft
 * @returns {Draft}
 */
export function merged(earlier, draft) {
  if (earlier?.kind === "edit" && earlier.state !== "failed") return { ...draft, base: earlier.base, version: earlier.version };
  if (earlier?.kind === "read") return { ...draft, seq: Math.max(earlier.seq ?? 0, draft.seq ?? 0) };
  return draft;
}

/** @param {Pending} pending @returns {string} what the server is to be told, without how far it has come */
export function contentOf({ state: _state, error: _error, isRetried: _isRetried, needsLogin: _needsLogin, ...content }) {
  return JSON.stringify(content);
}

/**
 * Return the function that sends what is unsent. Each kind can be sent twice with the same effect: messages, notes and
 * conversations have their ids, an edit says which text it is meant for, and the rest has an end that is the same.
 *
 * @param {{ uploader: Pick<Uploader, "announced" | "refusals">, api: typeof Api }} options
 * @returns {(pending: Pending) => Promise<unknown>}
 */
export function sender({ uploader, api }) {
  return (pending) => {
    const { kind = "message", conversation, body, target = "" } = pending;
    switch (kind) {
      case "message":
        return sendWithFiles(pending, { uploader, send: api.sendMessage });
      case "conversation":
        return openConversation(pending, { uploader, api });
      case "edit":
        return sendEdit(pending, api);
      case "delete":
        return gone(api.deleteMessage({ id: target, conversation }));
      case "note":
        return sendWithFiles(pending, { uploader, send: api.addNote });
      case "note-edit":
        return api.editNote({ id: target, conversation }, body);
      case "note-delete":
        return gone(api.deleteNote({ id: target, conversation }));
      case "read":
        return api.markRead(conversation, pending.seq ?? 0);
    }
  };
}

/**
 * @param {Pending} pending
 * @param {{ uploader: Pick<Uploader, "announced" | "refusals">, api: typeof Api }} options
 */
function openConversation({ opening, attachments }, { uploader, api }) {
  if (!opening) throw new TypeError("a conversation without its opening");
  return sendWithFiles({ ...opening.message, attachments }, { uploader, send: (message) => api.openConversation({ ...opening, message }) });
}

/**
 * Change the text that the person saw. If it was changed elsewhere in the meantime the edit is refused, unless it is
 * this very edit, whose answer was lost. A file of the message also changes its version; the text is then the same.
 *
 * @param {Pending} edit
 * @param {Pick<typeof Api, "editMessage" | "getMessage">} api
 * @returns {Promise<Message>}
 */
async function sendEdit({ target = "", conversation, body, base, version }, api) {
  const message = { id: target, conversation };
  try {
    return await api.editMessage(message, body, version);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) throw error;
    const now = await api.getMessage(conversation, target);
    if (now.body === body) return now;
    if (now.deleted_at || now.body !== base) throw error;
    return api.editMessage(message, body, now.version);
  }
}

/** What is not there any more needs no deletion. @template Answer @param {Promise<Answer>} deletion */
async function gone(deletion) {
  try {
    return await deletion;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
