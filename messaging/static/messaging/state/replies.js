/**
 * @import { Api } from "#api"
 * @import { Me } from "#core/types.js"
 * @import { Conversation, Message } from "../types.js"
 *
 * @typedef {Api["CannedReply"]} CannedReply
 * @typedef {{ conversation: Conversation, messages: Message[], me: Pick<Me, "name"> }} About
 * @typedef {{ text: string, missing: string[] }} Filled `missing`: what stands in braces still, as `{chantier}`
 */

/** What can be filled in, by name. The names are those of `canned_variables.py`. @type {Record<string, (about: About) => string | undefined>} */
export const VARIABLES = {
  client: ({ conversation }) => conversation.client.name,
  prenom: (about) => addressee(about)?.name.split(" ")[0],
  chantier: ({ conversation }) => conversation.chantier?.name,
  reference: ({ conversation }) => conversation.chantier?.reference,
  sujet: ({ conversation }) => conversation.subject,
  moi: ({ me }) => me.name,
};

const VARIABLE = /\{([^{}\n]{1,40})\}/g;

/** Return the person to whom one writes: who wrote last for the client, or else takes part. @param {Pick<About, "conversation" | "messages">} about */
function addressee({ conversation, messages }) {
  const people = conversation.participants.filter(({ role }) => role === "client");
  const last = messages.findLast(({ author }) => author.role === "client")?.author;
  return people.find(({ id }) => id === last?.id) ?? last ?? people[0];
}

/** Return the language in which the client reads. @param {Pick<About, "conversation" | "messages">} about @returns {"fr" | "en"} */
export function languageOf(about) {
  const person = addressee(about);
  return person && "locale" in person ? /** @type {"fr" | "en"} */ (person.locale) : "fr";
}

/** Return the text in a language, or in the other one if there is no such text. @param {Pick<CannedReply, "text_fr" | "text_en">} reply @param {"fr" | "en"} language */
export function textOf({ text_fr, text_en }, language) {
  const texts = { fr: text_fr, en: text_en };
  const other = language === "fr" ? "en" : "fr";
  return texts[language] ? { text: texts[language], language } : { text: texts[other], language: /** @type {"fr" | "en"} */ (other) };
}

/** Put what is known in the place of the variables. What is not known stays, and is named. @param {string} text @param {About} about @returns {Filled} */
export function filled(text, about) {
  /** @type {Set<string>} */
  const missing = new Set();
  const written = text.replace(VARIABLE, (whole, name) => {
    const value = VARIABLES[name]?.(about);
    if (!value) missing.add(whole);
    return value || whole;
  });
  return { text: written, missing: [...missing] };
}
