import "#core/logout.js";

import "./components/emails-to-sort.js";

const element = document.querySelector("emails-to-sort");
const state = document.getElementById("first-state")?.textContent;
if (element && state) element.me = JSON.parse(state).me;
