import type { LogoutQuestion } from "#core/components/logout-question.js";
import type { SessionEnded } from "#core/components/session-ended.js";

// Gives querySelector("session-ended") its type. Only the type checker reads this file.
declare global {
  interface HTMLElementTagNameMap {
    "logout-question": LogoutQuestion;
    "session-ended": SessionEnded;
  }
}
