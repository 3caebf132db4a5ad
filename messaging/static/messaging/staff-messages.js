import "#core/logout.js";

import "./components/staff-inbox.js";
import { giveFirstState } from "./first-state.js";

giveFirstState("staff-inbox");
