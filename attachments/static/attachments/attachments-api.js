import { API, request } from "#core/api.js";
import { access } from "#core/session.js";

/** @import { Announced, Attachment, LibraryPage, ReceivedParts } from "./types.js" */

/** The part of the API that concerns files: one function per operation. */

/**
 * @param {{ id: string, name: string, size: number, content_type: string, sha256: string, keeps_location: boolean }} file sending it again returns the first one
 * @returns {Promise<Announced>}
 */
export const announce = (file) => request("POST", "/attachments", file);

/** @param {string} id @returns {Promise<ReceivedParts>} */
export const listParts = (id) => request("GET", `/attachments/${id}/parts`);

/**
 * @param {string} id
 * @param {{ number: number, sha256: string }[]} parts
 * @returns {Promise<{ parts: import("./types.js").SignedPart[] }>}
 */
export const signParts = (id, parts) => request("POST", `/attachments/${id}/parts`, { parts });

/** @param {string} id @returns {Promise<Attachment>} */
export const complete = (id) => request("POST", `/attachments/${id}/complete`);

/** @param {string} id @returns {Promise<Attachment>} */
export const getAttachment = (id) => request("GET", `/attachments/${id}`);

/** @param {string} id @returns {Promise<null>} */
export const withdraw = (id) => request("DELETE", `/attachments/${id}`);

/** @param {"conversations" | "chantiers"} of @param {string} id @returns {Promise<LibraryPage>} */
export const listFiles = (of, id) => request("GET", `/${of}/${id}/attachments`);

/** @param {string} next @returns {Promise<LibraryPage>} */
export function nextFiles(next) {
  // Behind a proxy, `next` may name another host than the one that the browser uses.
  const { pathname, search } = new URL(next, location.origin);
  return request("GET", pathname + search);
}

/** @param {string} id @param {{ original?: boolean }} [options] */
export const contentUrl = (id, { original = false } = {}) => `${access.origin}${API}/attachments/${id}/content${original ? "?original=1" : ""}`;

/** @param {string} id @param {320 | 1280} maxPx */
export const previewUrl = (id, maxPx) => `${API}/attachments/${id}/preview/${maxPx}`;
