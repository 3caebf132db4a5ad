import { html } from "lit";

import { withNames } from "../state/named-people.js";
import { linkedText } from "./linked-text.js";

/** @import { Person } from "#core/types.js" */

/** Render a text with its links, and with the names that it mentions marked. @param {string} text @param {Person[]} people @param {string} me */
export function namedText(text, people, me) {
  return withNames(text, people).map(({ text: part, person }) => (person ? html`<mark class=${person.id === me ? "is-me" : ""}>${part}</mark>` : linkedText(part)));
}
