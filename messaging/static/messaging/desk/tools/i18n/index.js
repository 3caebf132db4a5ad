import { translator } from "#core/i18n/index.js";

import en from "./en.js";
import fr from "./fr.js";

/** The texts of what the company's inbox loads once its list is on screen. */
export const desk = translator({ fr, en });
