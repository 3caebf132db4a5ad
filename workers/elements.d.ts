import type { TaskDashboard } from "#workers/components/task-dashboard.js";

// Lets querySelector("task-dashboard") know what it finds. Only the type checker reads this file.
declare global {
  interface HTMLElementTagNameMap {
    "task-dashboard": TaskDashboard;
  }
}
