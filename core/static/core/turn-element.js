import { LitElement } from "lit";

import { areTurnsTaken, inTurn } from "./turns.js";

/** An element of the first screen: while a page begins, it waits for its turn to render. */
export class TurnElement extends LitElement {
  /** @override @returns {void | Promise<unknown>} */
  scheduleUpdate() {
    if (this.hasUpdated || !areTurnsTaken()) return super.scheduleUpdate();
    return inTurn(() => super.scheduleUpdate());
  }
}
