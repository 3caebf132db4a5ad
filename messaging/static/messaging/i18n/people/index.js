import { translator } from "#core/i18n/index.js";

import en from "./en.js";
import fr from "./fr.js";

/** The texts about people that the company's pages alone show. */
export const t = translator({ fr, en });
