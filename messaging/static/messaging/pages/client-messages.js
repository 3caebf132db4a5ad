import "#core/logout.js";

import "./client-inbox.js";
import { giveFirstState } from "./first-state.js";

giveFirstState("client-inbox");
