/**
 * The types of the API, as the browser sees them.
 *
 * @import { Api } from "#api"
 *
 * @typedef {Api["Message"]} Message
 * @typedef {Api["Quote"]} Quote
 * @typedef {Api["Participant"]} Participant
 * @typedef {Api["Chantier"]} Chantier
 * @typedef {Api["Client"]} Client
 *
 * A conversation as events bring it: the same for everybody, so without what is the reader's own.
 * `pending`: one that the server does not have yet. `unsent`: the last thing that was written in it and is not there.
 * @typedef {Omit<Api["Conversation"], "unread_count" | "unread_after_seq"> & { pending?: Pending, unsent?: Pending }} Conversation
 * @typedef {Conversation & Partial<Pick<Api["Conversation"], "unread_count" | "unread_after_seq">>} ConversationForMe
 *
 * @typedef {Api["Note"]} Note
 * @typedef {Api["Line"]} Line
 * Without `lines`: a page that the device kept.
 * @typedef {Omit<Api["History"], "lines"> & Partial<Pick<Api["History"], "lines">>} MessagePage
 * `listed`: what the first page of the company's list was asked for.
 * @typedef {{ results: ConversationForMe[], next: string | null, listed?: Record<string, string> }} ConversationPage
 * @typedef {Api["ReadMark"]} ReadMark
 * @typedef {Omit<Api["Changes"], "conversation" | "lines"> & { conversation: ConversationForMe | null, lines?: Api["Line"][] }} Changes
 * @typedef {Api["Unread"]} Unread
 *
 * @typedef {Api["FirstMessageRequest"]} FirstMessage
 * @typedef {FirstMessage & { id: string, body: string }} FirstMessageDraft
 * @typedef {Api["OpeningRequest"] & { id: string, message: FirstMessageDraft }} ConversationDraft
 *
 * What the person has written and the server has not confirmed. `kind` is absent in what earlier versions stored.
 * `target` is the message or note that a change is about; `base` and `version` are what an edit is meant for; `seq` is
 * of a read mark. `isUnkept`: this device could not store it;
 * `isRetried`: it was tried in vain. `needsLogin`: it waits for the person to log in again.
 * `extra`: what the company has done with the message.
 * @typedef {"message" | "conversation" | "edit" | "delete" | "note" | "note-edit" | "note-delete" | "read"} PendingKind
 * @typedef {Partial<Pick<Api["DraftRequest"], "close" | "snooze_until" | "seen_seq" | "canned_replies">>} Extra
 * @typedef {Pick<Message, "id" | "conversation" | "body" | "created_at"> & {
 *   kind?: PendingKind, state: "sending" | "waiting" | "failed", error: string, isUnkept?: boolean, isRetried?: boolean, needsLogin?: boolean,
 *   attachments?: string[], quoted?: Quote | null, target?: string, base?: string, version?: number, seq?: number,
 *   opening?: ConversationDraft, about?: Pick<Conversation, "client" | "chantier">, extra?: Extra,
 * }} Pending
 *
 * What helps the company to write, in a module of its own: `above` and `beside` the field, `look` at each change of the
 * text or the caret, `takes` true for a key that it has used, `objects` true if the text must not leave, `extra` for the
 * message that leaves.
 * @typedef {{
 *   above(): unknown, beside(): unknown, look(): void, takes(event: KeyboardEvent): boolean, objects(): boolean,
 *   extra(more?: Extra): Extra | undefined,
 * }} ComposerAssistant
 *
 * A message that the server has not confirmed, and a message or note with a change that it has not confirmed.
 * @typedef {Pending} PendingMessage
 * @typedef {Message & { pending?: Pending }} ChangingMessage
 * @typedef {Note & { pending?: Pending }} ChangingNote
 *
 * The state that the server wrote in the page, in the types of the API.
 * @typedef {{
 *   me: import("#core/types.js").Me, unread: Unread, conversations: ConversationPage,
 *   conversation: ConversationForMe | null, messages: MessagePage | null,
 *   chantiers?: Chantier[],
 *   files?: import("#attachments/types.js").LibraryPage | null,
 * }} FirstState
 */

export {};
