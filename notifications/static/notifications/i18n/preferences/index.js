import { translator } from "#core/i18n/index.js";

import enOfAll from "../en.js";
import frOfAll from "../fr.js";
import en from "./en.js";
import fr from "./fr.js";

/** The texts of the page of the preferences, beside those of every page. */
export const t = translator({ fr: { ...frOfAll, ...fr }, en: { ...enOfAll, ...en } });
