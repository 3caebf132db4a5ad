import "#core/logout.js";

import "./staff-inbox.js";
import { giveFirstState } from "./first-state.js";

giveFirstState("staff-inbox");
