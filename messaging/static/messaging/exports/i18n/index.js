import { translator } from "#core/i18n/index.js";

import en from "./en.js";
import fr from "./fr.js";

export const t = translator({ fr, en });
