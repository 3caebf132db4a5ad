import { request } from "#core/api.js";

/** @import { Chantier, Changes, Client, ConversationForMe, ConversationPage, Message, MessagePage, Note, ConversationDraft, Unread } from "./types.js" */

/** The messaging part of the API: one function per operation. */

/**
 * @param {Record<string, string | number | undefined>} values
 */
function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text && `?${text}`;
}

/**
 * @param {Record<string, string | undefined>} filter
 * @returns {Promise<ConversationPage>}
 */
export const listConversations = (filter) => request("GET", `/conversations${query(filter)}`);

/** @param {string} next @returns {Promise<ConversationPage>} */
export const nextPage = (next) => request("GET", sameOrigin(next));

/** Behind a proxy, `next` may name another host than the one that the browser uses. @param {string} url */
function sameOrigin(url) {
  const { pathname, search } = new URL(url, location.origin);
  return pathname + search;
}

/** @param {string} id @returns {Promise<ConversationForMe>} */
export const getConversation = (id) => request("GET", `/conversations/${id}`);

/**
 * @param {ConversationDraft} draft
 * @returns {Promise<ConversationForMe>}
 */
export const openConversation = (draft) => request("POST", "/conversations", draft);

/**
 * @param {string} id
 * @param {{ status?: "open" | "closed", assigned_to?: string | null, subject?: string }} change
 * @returns {Promise<ConversationForMe>}
 */
export const changeConversation = (id, change) => request("PATCH", `/conversations/${id}`, change);

/**
 * @param {string} id
 * @param {{ before?: number, after?: number, around?: number }} [place]
 * @returns {Promise<MessagePage>}
 */
export const listMessages = (id, place = {}) => request("GET", `/conversations/${id}/messages${query(place)}`);

/** @param {string} id @param {string} message @returns {Promise<Message>} */
export const getMessage = (id, message) => request("GET", `/conversations/${id}/messages/${message}`);

/** @param {string} id @param {number} since @returns {Promise<Changes>} */
export const listChanges = (id, since) => request("GET", `/conversations/${id}/changes${query({ since })}`);

/**
 * @param {{ id: string, conversation: string, body: string, attachments?: string[] }} message sending the same id again returns the first message
 * @returns {Promise<Message>}
 */
export const sendMessage = ({ id, conversation, body, attachments = [] }) =>
  request("POST", `/conversations/${conversation}/messages`, { id, body, attachments, reply_to: null });

/** @param {Message} message @param {string} body @returns {Promise<Message>} */
export const editMessage = ({ id, conversation }, body) =>
  request("PATCH", `/conversations/${conversation}/messages/${id}`, { body });

/** @param {Message} message @returns {Promise<Message | null>} */
export const deleteMessage = ({ id, conversation }) =>
  request("DELETE", `/conversations/${conversation}/messages/${id}`);

/** @param {string} id @param {number} seq @returns {Promise<{ last_read_seq: number, unread_after_seq: number, unread_count: number, unread_total: number }>} */
export const markRead = (id, seq) => request("PUT", `/conversations/${id}/read`, { seq });

/** @param {string} id @returns {Promise<null>} */
export const sayTyping = (id) => request("POST", `/conversations/${id}/typing`, {});

/** @returns {Promise<Unread>} */
export const getUnread = () => request("GET", "/unread");

/** @param {string} id @returns {Promise<Note[]>} */
export const listNotes = (id) => request("GET", `/conversations/${id}/notes`);

/** @param {string} id @param {string} body @returns {Promise<Note>} */
export const addNote = (id, body) => request("POST", `/conversations/${id}/notes`, { body });

/** @param {Note} note @returns {Promise<null>} */
export const deleteNote = ({ id, conversation }) => request("DELETE", `/conversations/${conversation}/notes/${id}`);

/** @returns {Promise<Chantier[]>} */
export const listChantiers = () => everyPage("/chantiers");

/** @returns {Promise<Client[]>} */
export const listClients = () => everyPage("/clients");

/** @param {string} first @returns {Promise<any[]>} */
async function everyPage(first) {
  const all = [];
  for (let url = first; url; ) {
    const page = await request("GET", url);
    all.push(...page.results);
    url = page.next ? sameOrigin(page.next) : "";
  }
  return all;
}
