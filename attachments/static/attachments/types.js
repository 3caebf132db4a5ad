/**
 * The types of files: as the API returns them, and as this browser uploads them.
 *
 * @import { Api } from "#api"
 *
 * @typedef {Api["Attachment"]} Attachment
 * @typedef {Attachment["status"]} Status
 * @typedef {Attachment["kind"]} Kind
 *
 * How to upload a file: one PUT of all its bytes, or parts to be signed.
 * @typedef {Api["Upload"]} Instructions
 * @typedef {Api["Announced"]} Announced
 * @typedef {Api["SignedPart"]} SignedPart
 * @typedef {Api["ReceivedParts"]} ReceivedParts
 *
 * @typedef {Api["LibraryItem"]} LibraryItem
 * @typedef {Api["PaginatedLibraryItemList"]} LibraryPage
 *
 * A file stored on this device until the server has it. `place` is the conversation whose next message takes the
 * file. It is empty once a message has taken it. `original` is
 * the chosen photo while `file` is a smaller one (`isReduced`); `isOriginal` asks for the original size. Files of earlier
 * versions have none of them.
 * @typedef {{
 *   id: string, person: string, place: string, file: File, keepsLocation: boolean, chosenAt: string,
 *   isAnnounced: boolean, isSent: boolean, original?: File | null, isReduced?: boolean, isOriginal?: boolean,
 * }} StoredFile
 *
 * `queued` waits for its turn, `waiting` for the network. `failed` means that the server refused the file.
 * @typedef {"queued" | "preparing" | "sending" | "waiting" | "sent" | "failed"} Step
 *
 * An upload as elements show it. `share` goes from 0 to 1, `picture` is the address of the picture in this browser.
 * `canReduce`: a photo that is made smaller unless `isOriginal`. `isUnkept`: this device could not store it.
 * @typedef {{
 *   id: string, name: string, size: number, kind: Kind, place: string, step: Step, share: number, error: string,
 *   picture: string, width: number | null, height: number | null, keepsLocation: boolean, isOriginal: boolean,
 *   canReduce: boolean, isUnkept: boolean, server: Attachment | null,
 * }} Sending
 */

export {};
