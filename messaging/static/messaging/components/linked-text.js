import { html } from "lit";

import { linkify } from "./linkify.js";

/** Render a text with its links. @param {string} text */
export function linkedText(text) {
  return linkify(text).map(({ text, href }) =>
    href ? html`<a href=${href} target=${href.startsWith("http") ? "_blank" : "_self"} rel="noopener noreferrer">${text}</a>` : text,
  );
}
