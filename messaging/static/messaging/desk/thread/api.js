import { request } from "#core/api.js";

/** @import { Api } from "#api" @import { ConversationForMe, Chantier } from "../../types.js" */

/** What the company does with a conversation: one function per operation. */

/** @param {string} id @param {boolean} confirmed @returns {Promise<ConversationForMe>} */
export const take = (id, confirmed) => request("POST", `/conversations/${id}/take`, { confirmed });

/** @param {string} id @param {boolean} follows @returns {Promise<null>} */
export const follow = (id, follows) => request(follows ? "PUT" : "DELETE", `/conversations/${id}/follow`);

/** @param {string} id @param {string} until @returns {Promise<ConversationForMe>} */
export const snooze = (id, until) => request("POST", `/conversations/${id}/snooze`, { until });

/** @param {string} id @returns {Promise<null>} */
export const wake = (id) => request("DELETE", `/conversations/${id}/snooze`);

/** @param {string} id @param {number} seq the first unread message @returns {Promise<unknown>} */
export const markUnread = (id, seq) => request("PUT", `/conversations/${id}/unread`, { seq });

/** @param {string} id @param {string} into @returns {Promise<ConversationForMe>} the other conversation */
export const merge = (id, into) => request("POST", `/conversations/${id}/merge`, { into });

/**
 * @param {string} id
 * @param {{ id: string, messages: string[], subject: string, chantier: string | null }} wanted sending the same id again returns the same conversation
 * @returns {Promise<ConversationForMe>}
 */
export const split = (id, wanted) => request("POST", `/conversations/${id}/split`, wanted);

/**
 * @param {string} id
 * @param {{ id: string, to: string, messages: string[], comment: string }} wanted sending the same id again sends one email
 * @returns {Promise<unknown>}
 */
export const forward = (id, wanted) => request("POST", `/conversations/${id}/forward`, wanted);

/** @param {string} id @param {{ is_here: boolean, asks?: boolean }} presence @returns {Promise<null>} */
export const sayViewing = (id, presence) => request("POST", `/conversations/${id}/viewing`, presence, { keepalive: !presence.is_here });

/** @returns {Promise<Api["Staff"][]>} */
export const staff = () => everyPage("/staff");

/** @param {string} client @returns {Promise<Chantier[]>} */
export const chantiersOf = (client) => everyPage(`/chantiers?client=${client}`);

/** The open conversations of a client. @param {string} client @returns {Promise<ConversationForMe[]>} */
export const conversationsOf = (client) => everyPage(`/conversations?client=${client}&status=open`);

/** @param {string} first @returns {Promise<any[]>} */
async function everyPage(first) {
  const all = [];
  for (let url = first; url; ) {
    const page = await request("GET", url);
    all.push(...page.results);
    const next = page.next && new URL(page.next, location.origin);
    url = next ? next.pathname + next.search : "";
  }
  return all;
}
