import { percent, unit } from "#core/numbers.js";

import { extensionOf } from "./extension.js";
import { t } from "./i18n/index.js";

/**
 * @import { Limits } from "#core/types.js"
 * @import { Attachment, Kind, Sending } from "./types.js"
 */

const MEGABYTE = 1024 * 1024;
const NEVER_CAME = ["never_received", "cancelled"];

/** What to say of a file by the reason of `limits.refused_extensions`. @type {Record<string, string>} */
const REFUSALS = { executable: "programRefused", archive: "archiveRefused", web_page: "pageRefused", mail: "mailRefused", signed_container: "signedRefused" };

/**
 * For `<input type="file">`: the first two entries make a phone offer its photos. The last one lets it offer a file
 * without an extension too, since the server looks at the bytes.
 *
 * @param {Limits | null} limits
 */
export function acceptOf(limits) {
  const extensions = Object.values(limits?.file_extensions ?? {}).flat();
  return extensions.length > 0 ? ["image/*", "video/*", ...extensions.map((extension) => `.${extension}`), "*/*"].join(",") : "";
}

/**
 * What the name of a file announces. The server decides by its bytes.
 *
 * @param {string} name
 * @param {Limits} limits
 * @param {string} [type] the browser's, for a name without a known extension
 * @returns {Kind | null} null if the file cannot be sent
 */
export function kindOf(name, limits, type = "") {
  const extension = extensionOf(name);
  const known = Object.entries(limits.file_extensions).find(([, all]) => all.includes(extension));
  if (known) return /** @type {Kind} */ (known[0]);
  if (reasonAgainst(name, limits)) return null;
  return type.startsWith("image/") ? "image" : "document";
}

/** Return why no file with such a name can be sent, or "". @param {string} name @param {Limits} limits */
function reasonAgainst(name, limits) {
  const extension = extensionOf(name);
  return Object.entries(limits.refused_extensions).find(([, all]) => all.includes(extension))?.[0] ?? "";
}

/** The kinds of files that may be sent, in words. @param {Limits} limits */
export function kindsTaken(limits) {
  const words = { image: t("kindPhotos"), video: t("kindVideos"), audio: t("kindSounds"), pdf: "PDF", document: t("kindDocuments") };
  return Object.entries(words).filter(([kind]) => kind in limits.file_extensions).map(([, word]) => word).join(", ");
}

/**
 * Split the chosen files into those that may be sent and the reasons why the others may not.
 *
 * @param {Iterable<File>} files
 * @param {number} already number of files that the message has
 * @param {Limits | null} limits the server's; without them the server alone refuses
 */
export function checked(files, already, limits) {
  /** @type {File[]} */
  const accepted = [];
  /** @type {string[]} */
  const refusals = [];
  for (const file of files) {
    const refusal = limits ? refusalOf(file, already + accepted.length, limits) : "";
    if (!refusal) accepted.push(file);
    else if (!refusals.includes(refusal)) refusals.push(refusal);
  }
  return { accepted, refusals };
}

/**
 * @param {File} file
 * @param {number} before number of files that come before it in the message
 * @param {Limits} limits
 */
function refusalOf({ name, size }, before, limits) {
  const { file_max_bytes: max, files_per_message: n } = limits;
  if (before >= n) return t("tooMany", { n });
  const against = reasonAgainst(name, limits);
  if (against) return t(/** @type {"typeRefused"} */ (REFUSALS[against] ?? "typeRefused"), { name, kinds: kindsTaken(limits) });
  if (size === 0) return t("isEmpty", { name });
  return size > max ? t("tooLarge", { name, size: sizeLabel(size), max: sizeLabel(max) }) : "";
}

/** Examples: 840 ko, 3,4 Mo. @param {number} bytes */
export function sizeLabel(bytes) {
  if (bytes < MEGABYTE) return unit(Math.max(1, Math.round(bytes / 1024)), "kilobyte");
  return unit(bytes / MEGABYTE, "megabyte", { digits: 1 });
}

/** Return true if nobody can ever open the file. @param {Pick<Attachment, "status">} file */
export function isShut({ status }) {
  return status === "blocked" || status === "refused" || status === "unreadable";
}

/**
 * Return why the file is as it is, for everybody to read. What only says how a readable file was checked is a detail,
 * which `detailOf` gives.
 *
 * @param {Attachment} file
 */
export function reasonOf({ status, reason }) {
  return status === "ready" ? "" : reason;
}

/** Return how a readable file was checked, for a tooltip or the lightbox. @param {Attachment} file */
export function detailOf({ status, reason }) {
  return status === "ready" ? reason : "";
}

/** Return true if the file is shown as a picture. During an upload the sender's own copy is shown. @param {Attachment} file */
export function isPicture(file) {
  if (isShut(file)) return false;
  return file.status === "ready" ? file.has_preview && file.kind !== "pdf" && file.kind !== "document" : file.kind === "image";
}

/** Convert an upload to the server's shape of a file, for a message that is not sent yet. @param {Sending} sending @returns {Attachment} */
export function asAttachment({ id, name, size, kind, width, height, server }) {
  return (
    server ?? {
      id, name, size, kind, width, height,
      content_type: "", status: "uploading", verdict: "", reason: "", reason_code: "", placeholder: "",
      has_preview: false, location: "", shared_size: null, position: null, created_at: "",
    }
  );
}

/**
 * Return the text about a file's state. It is empty for a file that is ready.
 *
 * @param {Attachment} file
 * @param {Sending | null} sending the upload, if this browser sends the file
 */
export function stateLabel(file, sending) {
  if (file.status === "uploading") return sending ? sendingLabel(sending) : t("uploading");
  if (file.status === "scanning") return t("scanning");
  if (file.status === "blocked" || file.status === "refused") return t("blocked");
  if (file.status === "unreadable") return t(NEVER_CAME.includes(file.reason_code) ? "failed" : "unreadable");
  return "";
}

/**
 * Return how many files of a sent message are there, in words: "Envoi des photos 2/5". Those that this browser cannot
 * send now are told first. It is empty once all are there.
 *
 * @param {Attachment[]} files
 * @param {ReadonlyMap<string, Sending> | null} sendings the uploads of this browser
 */
export function arrivalLabel(files, sendings = null) {
  const arrived = files.filter(({ status }) => status !== "uploading");
  if (arrived.length === files.length) return "";
  const arePhotos = files.every(({ kind }) => kind === "image");
  const count = (/** @type {Sending["step"]} */ step) => files.filter(({ id }) => sendings?.get(id)?.step === step).length;
  const [failed, waiting] = [count("failed"), count("waiting")];
  if (failed > 0) return t(arePhotos ? "failedPhotos" : "failedFiles", { n: failed });
  if (waiting > 0) return t(arePhotos ? "waitingPhotos" : "waitingFiles", { n: waiting });
  return t(arePhotos ? "sendingPhotos" : "sendingFiles", { done: arrived.length, n: files.length });
}

/** @param {Sending} sending */
function sendingLabel({ step, share }) {
  if (step === "failed") return t("failed");
  if (step === "waiting") return t("waiting");
  if (step === "queued" || step === "preparing") return t("preparing");
  return step === "sent" ? t("scanning") : t("sendingShare", { share: percent(Math.floor(share * 100) / 100) });
}
