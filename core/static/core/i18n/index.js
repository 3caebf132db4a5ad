import { languageOfPage } from "../session.js";

/**
 * Texts on screen. A dictionary maps a key to a text or to its plural forms
 * ({one: "{n} nouveau message", other: "{n} nouveaux messages"}). {name} is replaced by a value.
 *
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Text
 */

export { languageOfPage as locale };

/**
 * Return the function `t` of an app. French defines the keys, and is used for every language without a dictionary.
 *
 * @template {Record<string, Text>} Dictionary
 * @param {{ fr: Dictionary, [language: string]: Dictionary }} dictionaries
 */
export function translator(dictionaries) {
  /**
   * @param {keyof Dictionary & string} key
   * @param {Record<string, string | number>} [values] `n` chooses the plural form; numbers are written as in the language
   */
  return function t(key, values = {}) {
    const language = languageOfPage().slice(0, 2);
    const text = /** @type {Text} */ ((dictionaries[language] ?? dictionaries.fr)[key]);
    return fill(formOf(text, values, language), values, language);
  };
}

/**
 * @param {Text} text
 * @param {Record<string, string | number>} values
 * @param {string} language
 */
function formOf(text, values, language) {
  if (typeof text === "string") return text;
  return text[new Intl.PluralRules(language).select(Number(values.n))] ?? text.other ?? "";
}

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 * @param {string} language
 */
function fill(text, values, language) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => written(values[name] ?? whole, language));
}

/** @param {string | number} value @param {string} language */
function written(value, language) {
  return typeof value === "number" ? value.toLocaleString(language) : value;
}
