import { ApiError } from "#core/api.js";

/** @import { Hit } from "../state/found.js" */

/** Return what a search answered in the shape that the elements show. @param {any[]} results @returns {Hit[]} */
export function hitsOf(results) {
  return results.map((found) => ({ ...found, at: found.created_at, author: found.author?.name ?? "", message: found.message ?? found.note ?? "" }));
}

/** Return true if the server could not be reached. @param {unknown} error */
export function isAway(error) {
  return !(error instanceof ApiError) || error.status === 503 || error.status === 0;
}
