import { soonLabel } from "#core/time.js";

import { t } from "../i18n/people/index.js";

/**
 * Whether a colleague answers now, in words for colleagues; empty if they do.
 *
 * @import { Api } from "#api"
 * @param {Api["Availability"] | null | undefined} availability
 */
export function availabilityWords(availability, now = new Date()) {
  if (!availability || availability.status === "present") return "";
  const when = availability.back_at ? soonLabel(new Date(availability.back_at), now) : "";
  if (availability.status === "absent") return when ? t("away", { when }) : t("awayOpen");
  return when ? t("offDuty", { when }) : t("offDutyOpen");
}

/** Where somebody stands among those who could be asked: also said of a person who is there. @param {Api["Availability"] | null | undefined} availability */
export function whereabouts(availability, now = new Date()) {
  return availabilityWords(availability, now) || t("present");
}
