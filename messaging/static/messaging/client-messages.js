import "#core/logout.js";

import "./components/client-inbox.js";
import { giveFirstState } from "./first-state.js";

giveFirstState("client-inbox");
