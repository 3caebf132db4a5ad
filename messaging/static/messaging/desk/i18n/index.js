import { translator } from "#core/i18n/index.js";

import en from "./en.js";
import fr from "./fr.js";

/** The texts of the company's inbox alone, which a client does not load. */
export const desk = translator({ fr, en });
