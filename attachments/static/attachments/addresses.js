import { contentUrl, previewUrl } from "./attachments-api.js";

/**
 * @import { LitElement } from "lit"
 * @typedef {{ original?: boolean }} Version `original`: the photo with its location
 *
 * @typedef {object} Addresses the addresses of files, as elements show them
 * @property {(id: string, maxPx: 320 | 1280, host: LitElement) => string | null} preview null until it is known: `host` is then rendered again
 * @property {(id: string, host: LitElement) => string | null} sound
 * @property {(id: string, version?: Version) => string | Promise<string>} open an address to read the file from at once
 * @property {(event: MouseEvent, id: string, version?: Version) => void} follow called when a link to a file is clicked
 */

/**
 * On the server's own pages, addresses of the API, which the session's cookie opens. The package for other sites replaces them: there
 * neither `<img>` nor a link can say whose request it is.
 *
 * @type {Addresses}
 */
export const addresses = {
  preview: previewUrl,
  sound: (id) => contentUrl(id),
  open: contentUrl,
  follow() {},
};
