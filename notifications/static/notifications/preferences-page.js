import "#core/logout.js";

import "./components/notification-preferences.js";

const element = document.querySelector("notification-preferences");
const state = document.getElementById("first-state")?.textContent;
if (element && state) element.first = JSON.parse(state);
