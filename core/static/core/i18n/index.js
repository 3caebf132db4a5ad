/**
 * Texts on screen. A dictionary maps a key to a text or to its plural forms
 * ({one: "{n} nouveau message", other: "{n} nouveaux messages"}). {name} is replaced by a value.
 *
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Text
 */

/** The language of the page, as the server chose it. */
export function locale() {
  return (typeof document === "undefined" ? "" : document.documentElement.lang) || "fr";
}

/**
 * Return the function `t` of an app. French defines the keys, and is used for every language without a dictionary.
 *
 * @template {Record<string, Text>} Dictionary
 * @param {{ fr: Dictionary, [language: string]: Dictionary }} dictionaries
 */
export function translator(dictionaries) {
  /**
   * @param {keyof Dictionary & string} key
   * @param {Record<string, string | number>} [values] `n` chooses the plural form
   */
  return function t(key, values = {}) {
    const language = locale().slice(0, 2);
    const text = /** @type {Text} */ ((dictionaries[language] ?? dictionaries.fr)[key]);
    return fill(formOf(text, values, language), values);
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
 */
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
