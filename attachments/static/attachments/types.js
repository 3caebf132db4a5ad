/**
 * The types of files: as the API returns them, and as this browser uploads them.
 *
 * @import { Person } from "#core/types.js"
 *
 * @typedef {"uploading" | "scanning" | "ready" | "blocked" | "refused" | "unreadable"} Status
 * @typedef {"image" | "pdf" | "video" | "document"} Kind
 *
 * @typedef {{
 *   id: string, name: string, size: number, content_type: string, kind: Kind, status: Status,
 *   verdict: string, reason: string, reason_code: string, width: number | null, height: number | null,
 *   placeholder: string, has_preview: boolean, location: "" | "removed" | "kept",
 *   shared_size: number | null, position: number | null, created_at: string,
 * }} Attachment
 *
 * How to upload a file: one PUT of all its bytes, or parts to be signed.
 * @typedef {{
 *   method: "PUT" | "multipart", url: string | null, headers: Record<string, string>,
 *   part_size: number | null, part_count: number | null,
 * }} Instructions
 * @typedef {Attachment & { upload: Instructions | null }} Announced
 * @typedef {{ number: number, size: number, url: string, headers: Record<string, string> }} SignedPart
 * @typedef {{ part_size: number, part_count: number, parts: { number: number, size: number }[] }} ReceivedParts
 *
 * @typedef {{ attachment: Attachment, conversation: string, message: string, seq: number, author: Person, sent_at: string }} LibraryItem
 * @typedef {{ results: LibraryItem[], next: string | null }} LibraryPage
 *
 * A file stored on this device until the server has it. `place` is the conversation whose next message takes the
 * file. It is empty once a message has taken it.
 * @typedef {{
 *   id: string, person: string, place: string, file: File, keepsLocation: boolean, chosenAt: string,
 *   isAnnounced: boolean, isSent: boolean,
 * }} StoredFile
 *
 * `queued` waits for its turn, `waiting` for the network. `failed` means that the server refused the file.
 * @typedef {"queued" | "preparing" | "sending" | "waiting" | "sent" | "failed"} Step
 *
 * An upload as elements show it. `share` goes from 0 to 1, `picture` is the address of the picture in this browser.
 * @typedef {{
 *   id: string, name: string, size: number, kind: Kind, place: string, step: Step, share: number, error: string,
 *   picture: string, width: number | null, height: number | null, keepsLocation: boolean, server: Attachment | null,
 * }} Sending
 */

export {};
