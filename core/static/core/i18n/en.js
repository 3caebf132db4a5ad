export default {
  reconnecting: "Reconnecting…",
  offline: "You are offline. Your messages will leave when the network is back.",
  today: "today",
  yesterday: "yesterday",
  now: "just now",
};
