import "#core/logout.js";

import "./components/export-page.js";

const element = document.querySelector("export-page");
const state = document.getElementById("first-state")?.textContent;
if (element && state) {
  const { me, exports } = JSON.parse(state);
  element.exports = exports;
  element.conversation = new URLSearchParams(location.search).get("conversation") ?? "";
  element.me = me;
}
