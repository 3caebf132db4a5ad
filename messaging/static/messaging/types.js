/**
 * The types of the API, as the browser sees them.
 *
 * @import { Attachment } from "#attachments/types.js"
 * @import { Person } from "#core/types.js"
 *
 * @typedef {{
 *   id: string, conversation: string, seq: number, version: number, author: Person, body: string,
 *   reply_to: string | null, attachments: Attachment[],
 *   by_email?: boolean, created_at: string, edited_at: string | null, deleted_at: string | null,
 * }} Message
 *
 * @typedef {Person & { last_read_seq: number }} Participant
 * @typedef {{ id: string, name: string, reference: string, address?: string, status?: "open" | "archived", client?: { id: string, name: string } }} Chantier
 * @typedef {{ id: string, name: string }} Client
 *
 * @typedef {{
 *   id: string, subject: string, chantier: Chantier | null, client: Client,
 *   status: "open" | "closed", archived_at: string | null, accepts_messages: boolean,
 *   assigned_to: Person | null, version: number, last_seq: number, last_message: Message | null,
 *   last_activity_at: string, awaiting_reply_since: string | null, created_at: string,
 *   participants: Participant[],
 * }} Conversation
 *
 * Personal fields come in answers to the person, never in events that several people get.
 * @typedef {Conversation & { unread_count?: number, unread_after_seq?: number }} ConversationForMe
 *
 * @typedef {{ id: string, conversation: string, author: Person, body: string, created_at: string, edited_at: string | null }} Note
 *
 * @typedef {{ results: Message[], has_before: boolean, has_after: boolean }} MessagePage
 * @typedef {{ results: ConversationForMe[], next: string | null }} ConversationPage
 * @typedef {{ user: string, last_read_seq: number }} ReadMark
 * @typedef {{ version: number, complete: boolean, conversation: ConversationForMe | null, messages: Message[], read: ReadMark[] }} Changes
 * @typedef {{ total: number, conversations: Record<string, number> }} Unread
 *
 * @typedef {{ id: string, body: string, attachments?: string[] }} FirstMessage
 * @typedef {{ id: string, subject: string, chantier?: string, client?: string, message: FirstMessage }} ConversationDraft
 *
 * A message that the server has not confirmed.
 * @typedef {{
 *   id: string, conversation: string, body: string, attachments?: string[], created_at: string,
 *   state: "sending" | "waiting" | "failed", error: string,
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
