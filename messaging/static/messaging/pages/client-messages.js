import "#core/logout.js";

import "./client-inbox.js";
import { passFirstState } from "./first-state.js";

passFirstState("client-inbox");
