/**
 * The types of the API, as the browser sees them.
 *
 * @import { Api } from "#api"
 *
 * @typedef {Api["Message"]} Message
 * @typedef {Api["Participant"]} Participant
 * @typedef {Api["Chantier"]} Chantier
 * @typedef {Api["Client"]} Client
 *
 * A conversation as events bring it: the same for everybody, so without what is the reader's own.
 * @typedef {Omit<Api["Conversation"], "unread_count" | "unread_after_seq">} Conversation
 * @typedef {Conversation & Partial<Pick<Api["Conversation"], "unread_count" | "unread_after_seq">>} ConversationForMe
 *
 * @typedef {Api["Note"]} Note
 * @typedef {Api["History"]} MessagePage
 * @typedef {{ results: ConversationForMe[], next: string | null }} ConversationPage
 * @typedef {Api["ReadMark"]} ReadMark
 * @typedef {Omit<Api["Changes"], "conversation"> & { conversation: ConversationForMe | null }} Changes
 * @typedef {Api["Unread"]} Unread
 *
 * @typedef {Api["FirstMessageRequest"]} FirstMessage
 * @typedef {FirstMessage & { id: string, body: string }} FirstMessageDraft
 * @typedef {Api["OpeningRequest"] & { id: string, message: FirstMessageDraft }} ConversationDraft
 *
 * A message that the server has not confirmed.
 * @typedef {Pick<Message, "id" | "conversation" | "body" | "created_at"> & {
 *   attachments?: string[], state: "sending" | "waiting" | "failed", error: string,
 * }} PendingMessage
 *
 * The state that the server wrote in the page, in the types of the API.
 * @typedef {{
 *   me: import("#core/types.js").Me, unread: Unread, conversations: ConversationPage,
 *   conversation: ConversationForMe | null, messages: MessagePage | null,
 *   chantiers?: Chantier[],
 * }} FirstState
 */

export {};
