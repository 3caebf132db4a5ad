export default {
  reconnecting: "Reconnexion…",
  offline: "Vous êtes hors ligne. Vos messages partiront au retour du réseau.",
  today: "aujourd’hui",
  yesterday: "hier",
  now: "à l’instant",
};
