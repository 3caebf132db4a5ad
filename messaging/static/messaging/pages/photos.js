import { captionOf } from "#attachments/caption.js";
import { isPicture } from "#attachments/files.js";

/**
 * @import { LightboxPhoto } from "#attachments/components/attachment-gallery.js"
 * @import { Attachment, LibraryItem } from "#attachments/types.js"
 * @import { Person } from "#core/types.js"
 * @import { Message, Note } from "../types.js"
 */

/** Return the photos of messages and notes, in their order, for the lightbox. @param {(Message | Note)[]} messages @param {Pick<Person, "id">} me @returns {LightboxPhoto[]} */
export function photosOfMessages(messages, me) {
  // Notes that an earlier version kept on the device have none.
  return messages.flatMap(({ attachments = [], author, created_at }) => {
    return attachments.filter(isOpenable).map((file) => shown(file, author, created_at, me));
  });
}

/** Return the photos of the library, in its order, for the lightbox. @param {LibraryItem[]} items @param {Pick<Person, "id">} me @returns {LightboxPhoto[]} */
export function photosOfItems(items, me) {
  return items.filter(({ attachment }) => isOpenable(attachment)).map(({ attachment, author, sent_at }) => shown(attachment, author, sent_at, me));
}

/**
 * @param {Attachment} file
 * @param {Person} author
 * @param {string} sentAt
 * @param {Pick<Person, "id">} me
 */
function shown(file, author, sentAt, me) {
  return { file, isMine: author.id === me.id, caption: captionOf({ author, sent_at: sentAt }) };
}

/** @param {Attachment} file */
function isOpenable(file) {
  return file.status === "ready" && isPicture(file);
}
