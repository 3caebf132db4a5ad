import { request } from "#core/api.js";

/**
 * @import { Api } from "#api"
 */

/** The API of exports: what one may take out of Liaison as a ZIP. */

/** @returns {Promise<Api["Export"][]>} the newest first */
export const listExports = () => request("GET", "/exports");

/** @param {string} conversation its id, or "" @returns {Promise<Api["ExportChoice"][]>} */
export const listChoices = (conversation) => request("GET", `/exports/choices${conversation ? `?conversation=${conversation}` : ""}`);

/** @param {Api["ExportDraftRequest"]} draft @returns {Promise<Api["Export"]>} */
export const askExport = (draft) => request("POST", "/exports", draft);

/** Cancel it while it is made, or delete what was made. @param {string} id @returns {Promise<Api["Export"]>} */
export const endExport = (id) => request("DELETE", `/exports/${id}`);

/** The address that sends the browser to the ZIP. @param {string} id */
export const contentOf = (id) => `/api/v1/exports/${id}/content`;
