import { locale } from "#core/i18n/index.js";

import { t } from "./i18n/index.js";

/** @import { Attachment, Kind, Sending } from "./types.js" */

/** Limits to check before an upload. The server has the same in ATTACHMENT_MAX_BYTES, ATTACHMENTS_PER_MESSAGE and its list of formats. */
export const MAX_BYTES = 50 * 1024 * 1024;
export const MAX_FILES = 20;

const NEVER_CAME = ["never_received", "cancelled"];

/** @type {Record<Kind, string[]>} */
const EXTENSIONS = {
  image: ["jpg", "jpeg", "jpe", "jfif", "png", "webp", "heic", "heif", "gif", "tif", "tiff"],
  pdf: ["pdf"],
  video: ["mp4", "m4v", "mov", "qt"],
  document: ["docx", "xlsx", "pptx", "odt", "ods", "odp", "doc", "xls", "ppt", "txt", "csv", "dwg", "dxf"],
};

/** For `<input type="file">`: the first two entries make a phone offer its photos. */
export const ACCEPT = ["image/*", "video/*", ...Object.values(EXTENSIONS).flat().map((extension) => `.${extension}`)].join(",");

/** @param {string} name @returns {Kind | null} null if the file cannot be sent */
export function kindOf(name) {
  const extension = extensionOf(name);
  const known = /** @type {[Kind, string[]][]} */ (Object.entries(EXTENSIONS)).find(([, all]) => all.includes(extension));
  return known?.[0] ?? null;
}

/** @param {string} name */
export function extensionOf(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
}

/**
 * Split the chosen files into those that may be sent and the reasons why the others may not.
 *
 * @param {Iterable<File>} files
 * @param {number} already number of files that the message has
 */
export function checked(files, already) {
  /** @type {File[]} */
  const accepted = [];
  /** @type {string[]} */
  const refusals = [];
  for (const file of files) {
    const refusal = already + accepted.length >= MAX_FILES ? t("tooMany", { n: MAX_FILES }) : refusalOf(file);
    if (!refusal) accepted.push(file);
    else if (!refusals.includes(refusal)) refusals.push(refusal);
  }
  return { accepted, refusals };
}

/** @param {File} file */
function refusalOf({ name, size }) {
  if (kindOf(name) === null) return t("typeRefused", { name });
  if (size === 0) return t("isEmpty", { name });
  return size > MAX_BYTES ? t("tooLarge", { name, size: sizeLabel(size), max: sizeLabel(MAX_BYTES) }) : "";
}

/** Examples: 840 ko, 3,4 Mo. @param {number} bytes */
export function sizeLabel(bytes) {
  const [unit, value] = bytes < 1024 * 1024 ? ["kilobyte", Math.max(1, Math.round(bytes / 1024))] : ["megabyte", bytes / (1024 * 1024)];
  const options = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(locale(), /** @type {Intl.NumberFormatOptions} */ (options)).format(Number(value));
}

/** Return true if nobody can ever open the file. @param {Pick<Attachment, "status">} file */
export function isShut({ status }) {
  return status === "blocked" || status === "refused" || status === "unreadable";
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

/** @param {Sending} sending */
function sendingLabel({ step, share }) {
  if (step === "failed") return t("failed");
  if (step === "waiting") return t("waiting");
  if (step === "queued" || step === "preparing") return t("preparing");
  return step === "sent" ? t("scanning") : t("sendingShare", { share: Math.floor(share * 100) });
}
