import "#core/logout.js";

import "./components/task-dashboard.js";

const me = document.getElementById("me")?.textContent;
const dashboard = document.querySelector("task-dashboard");
if (dashboard && me) dashboard.me = JSON.parse(me);
