/** What the company's inbox loads after its first screen, in one file. */
import "../components/conversation-sheet.js";
import "./inbox-rest.js";

export { DeskTools } from "./desk-tools.js";
export { StaffWriting } from "./staff-writing.js";
