import { request } from "#core/api.js";

import { everyPage } from "./messaging-api.js";

/**
 * @import { Api } from "#api"
 * @import { Note } from "./types.js"
 * @import { CannedReply } from "./state/replies.js"
 */

/** The API of what the company alone writes with: a client's page does not load it. */

/** @returns {Promise<CannedReply[]>} */
export const listReplies = () => request("GET", "/canned-replies");

/** @param {Api["ReplyDraftRequest"]} reply the same id again replaces it @returns {Promise<CannedReply>} */
export const addReply = (reply) => request("POST", "/canned-replies", reply);

/** @param {string} id @param {Api["PatchedReplyChangeRequest"]} change @returns {Promise<CannedReply>} */
export const changeReply = (id, change) => request("PATCH", `/canned-replies/${id}`, change);

/** @param {string} id @returns {Promise<null>} */
export const deleteReply = (id) => request("DELETE", `/canned-replies/${id}`);

/** @returns {Promise<Api["Staff"][]>} */
export const listStaff = () => everyPage("/staff");

/** @param {Pick<Note, "id" | "conversation">} note @returns {Promise<Api["NoteRevision"][]>} oldest first */
export const listRevisions = ({ id, conversation }) => request("GET", `/conversations/${conversation}/notes/${id}/revisions`);
