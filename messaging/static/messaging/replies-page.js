import "#core/logout.js";

import "./components/canned-replies.js";

const element = document.querySelector("canned-replies");
const state = document.getElementById("first-state")?.textContent;
if (element && state) element.me = JSON.parse(state).me;
