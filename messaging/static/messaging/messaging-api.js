import { request } from "#core/api.js";

/** @import { Chantier, Changes, Client, ConversationForMe, ConversationPage, Extra, Message, MessagePage, Note, ConversationDraft, Unread } from "./types.js" */

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

const SEARCH_AGAIN_MS = 1000;

/**
 * @typedef {{ results: any[], next: string | null, count: any, facets: any, is_complete: boolean }} FoundPage
 * @param {{ q: string } & Record<string, string | number | undefined>} wanted
 * @returns {Promise<FoundPage>}
 */
export async function search(wanted) {
  let found = await request("GET", `/search${query(wanted)}`);
  // What was written a moment ago is still being read.
  for (let times = 0; times < 2 && found.results.length === 0 && !found.is_complete; times++) {
    await new Promise((resolve) => setTimeout(resolve, SEARCH_AGAIN_MS));
    found = await request("GET", `/search${query(wanted)}`);
  }
  return found;
}

/** @param {string} next @returns {Promise<FoundPage>} */
export const nextFound = (next) => request("GET", sameOrigin(next));

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
 * @param {{ status?: "open" | "closed", assigned_to?: string | null, subject?: string, chantier?: string | null }} change
 * @returns {Promise<ConversationForMe>}
 */
export const changeConversation = (id, change) => request("PATCH", `/conversations/${id}`, change);

/**
 * @param {string} id
 * @param {{ before?: number, after?: number, around?: number, limit?: number }} [place]
 * @returns {Promise<MessagePage>}
 */
export const listMessages = (id, place = {}) => request("GET", `/conversations/${id}/messages${query(place)}`);

/** @param {string} id @param {string} message @returns {Promise<Message>} */
export const getMessage = (id, message) => request("GET", `/conversations/${id}/messages/${message}`);

/** @param {string} id @param {number} since @returns {Promise<Changes>} */
export const listChanges = (id, since) => request("GET", `/conversations/${id}/changes${query({ since })}`);

/**
 * @param {{ id: string, conversation: string, body: string, attachments?: string[], quoted?: { id: string } | null, extra?: Extra }} message sending the same id again returns the first message
 * @returns {Promise<Message>}
 */
export const sendMessage = ({ id, conversation, body, attachments = [], quoted = null, extra }) =>
  request("POST", `/conversations/${conversation}/messages`, { id, body, attachments, reply_to: quoted?.id ?? null, ...extra });

/**
 * @param {Pick<Message, "id" | "conversation">} message
 * @param {string} body
 * @param {number} [version] the one that the change is meant for
 * @returns {Promise<Message>}
 */
export const editMessage = ({ id, conversation }, body, version) =>
  request("PATCH", `/conversations/${conversation}/messages/${id}`, { body }, version ? { ifMatch: `"${version}"` } : {});

/** @param {Pick<Message, "id" | "conversation">} message @returns {Promise<null>} */
export const deleteMessage = ({ id, conversation }) =>
  request("DELETE", `/conversations/${conversation}/messages/${id}`);

/** @param {string} id @param {number} seq @returns {Promise<{ last_read_seq: number, unread_after_seq: number, unread_count: number, unread_total: number }>} */
export const markRead = (id, seq) => request("PUT", `/conversations/${id}/read`, { seq });

/** @param {string} id @param {{ note: boolean }} what @returns {Promise<null>} */
export const sayTyping = (id, what) => request("POST", `/conversations/${id}/typing`, what);

/** @returns {Promise<Unread>} */
export const getUnread = () => request("GET", "/unread");

/** @param {string} id @returns {Promise<Note[]>} */
export const listNotes = (id) => request("GET", `/conversations/${id}/notes`);

/** @param {{ id: string, conversation: string, body: string, attachments?: string[] }} note sending the same id again returns the first note @returns {Promise<Note>} */
export const addNote = ({ id, conversation, body, attachments = [] }) => request("POST", `/conversations/${conversation}/notes`, { id, body, attachments });

/** @param {Pick<Note, "id" | "conversation">} note @param {string} body @returns {Promise<Note>} */
export const editNote = ({ id, conversation }, body) => request("PATCH", `/conversations/${conversation}/notes/${id}`, { body });

/** @param {Pick<Note, "id" | "conversation">} note @returns {Promise<null>} */
export const deleteNote = ({ id, conversation }) => request("DELETE", `/conversations/${conversation}/notes/${id}`);

/** @returns {Promise<Chantier[]>} */
export const listChantiers = () => everyPage("/chantiers");

/** @returns {Promise<Client[]>} */
export const listClients = () => everyPage("/clients");

/** @returns {Promise<import("#api").Api["Staff"][]>} */
export const listStaff = () => everyPage("/staff");

/** @param {string} first @returns {Promise<any[]>} */
export async function everyPage(first) {
  const all = [];
  for (let url = first; url; ) {
    const page = await request("GET", url);
    all.push(...page.results);
    url = page.next ? sameOrigin(page.next) : "";
  }
  return all;
}

/** @param {string} client @returns {Promise<import("#api").Api["ClientSheet"]>} */
export const getClientSheet = (client) => request("GET", `/clients/${client}/sheet`);

/** @param {string} client @param {{ body: string, replaces: string | null }} remark @returns {Promise<import("#api").Api["Remark"]>} */
export const writeRemark = (client, remark) => request("PUT", `/clients/${client}/remark`, remark);
