import type { TaskDashboard } from "#workers/components/task-dashboard.js";

// Gives querySelector("task-dashboard") its type. Only the type checker reads this file.
declare global {
  interface HTMLElementTagNameMap {
    "task-dashboard": TaskDashboard;
  }
}
