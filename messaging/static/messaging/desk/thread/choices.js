import { locale } from "#core/i18n/index.js";
import { shortLabel } from "#core/time.js";

import { whereabouts } from "../../state/availability-words.js";
import { inOrder } from "../../state/choices-found.js";
import { t } from "./i18n/index.js";

/**
 * @import { Api } from "#api"
 * @import { Choice } from "../../state/choices-found.js"
 * @import { Chantier, Conversation } from "../../types.js"
 */

/** People, chantiers and conversations as a field shows them. */

/** Those who are there come first. @param {Api["Staff"][]} staff @returns {Choice[]} */
export function choicesOfStaff(staff) {
  const choices = staff.map(({ id, name, role, availability }) => ({ id, label: name, of: role, detail: whereabouts(availability) }));
  const present = new Set(staff.flatMap(({ id, availability }) => (availability.status === "present" ? [id] : [])));
  const ordered = inOrder(choices, locale());
  return [...ordered.filter(({ id }) => present.has(id)), ...ordered.filter(({ id }) => !present.has(id))];
}

/** @param {Chantier[]} chantiers @returns {Choice[]} with the one that is none */
export function choicesOfChantiers(chantiers) {
  const choices = chantiers.map(({ id, name, reference }) => ({ id, label: name, detail: reference }));
  return [...inOrder(choices, locale()), { id: "none", label: t("noChantier") }];
}

/** @param {Conversation} conversation @returns {Choice} */
export function choiceOfConversation({ id, subject, chantier, last_activity_at }) {
  const site = [chantier?.reference, chantier?.name].filter(Boolean).join(" ");
  return { id, label: subject, detail: [site, shortLabel(new Date(last_activity_at))].filter(Boolean).join(" · ") };
}
