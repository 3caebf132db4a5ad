import { ApiError, NetworkError } from "#core/api.js";

import { t } from "../i18n/index.js";

/** What a try to send a file that failed means for the next one. */

// What arrived was cut or altered on the way: sent again this many times before a person is asked.
const ALTERED_TRIES = 3;
const ALTERED = ["upload_incomplete", "upload_differs"];

// Told to come back later than this, a person is told too (so much in a day).
const LONGEST_WAIT_SECONDS = 60;

/**
 * Is another try of no use?
 *
 * @param {unknown} error
 * @param {number} attempt 0 for the first
 */
export function isFinal(error, attempt) {
  if (error instanceof NetworkError) return false;
  if (!(error instanceof ApiError) || retryAfterMs(error) > LONGEST_WAIT_SECONDS * 1_000) return true;
  return !error.isTemporary && !(ALTERED.includes(error.code) && attempt < ALTERED_TRIES);
}

/** How long the server asks to wait; 0 when it does not. @param {unknown} error */
export function retryAfterMs(error) {
  return error instanceof ApiError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
}

/** What the person is told. @param {unknown} error */
export function errorText(error) {
  // Otherwise the file itself: moved or changed on the device since it was chosen.
  return error instanceof ApiError ? error.message : t("gone");
}
