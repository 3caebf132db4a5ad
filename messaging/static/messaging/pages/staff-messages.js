import "#core/logout.js";

import "./staff-inbox.js";
import { passFirstState } from "./first-state.js";

passFirstState("staff-inbox");
