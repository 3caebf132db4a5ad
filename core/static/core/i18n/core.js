import en from "./en.js";
import fr from "./fr.js";
import { translator } from "./index.js";

export const t = translator({ fr, en });
