import { connect } from "liaison-elements";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  console.error(`violates ${violatedDirective}: ${blockedURI}`);
});

const liaison = connect({
  baseUrl: document.querySelector('meta[name="liaison"]').content,
  token: async () => (await (await fetch("/token", { method: "POST" })).json()).token,
  language: "fr",
});

function Portal() {
  const [isOpen, setOpen] = useState(false);
  const [heard, setHeard] = useState("");
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const end = () => setOver(true);
    liaison.addEventListener("session-ended", end);
    return () => liaison.removeEventListener("session-ended", end);
  }, []);
  return (
    <>
      <header>
        <h1>Espace client</h1>
        <button onClick={() => setOpen(!isOpen)}>{isOpen ? "Fermer les messages" : "Ouvrir les messages"}</button>
        <p role="status">{heard}</p>
        {isOver && <p className="over">Reconnectez-vous au portail</p>}
      </header>
      {isOpen && <Messages onHeard={setHeard} />}
    </>
  );
}

function Messages({ onHeard }) {
  const [rows, setRows] = useState([]);
  const [me, setMe] = useState(null);
  useEffect(() => {
    liaison.request("GET", "/me").then(setMe, () => {});
    liaison.request("GET", "/conversations").then(({ results }) => setRows(results), ({ status }) => onHeard(`Refusé : ${status}`));
  }, []);
  return (
    <>
      <aside>
        <unread-count onunread-change={({ detail }) => onHeard(`${detail.total} à lire`)} />
        <conversation-list
          conversations={rows}
          me={me}
          unread={new Map(rows.map(({ id }) => [id, 3]))}
          onconversation-open={({ detail }) => onHeard(`Choisi : ${rows.find(({ id }) => id === detail.id).subject}`)}
        />
      </aside>
      <main>
        <client-inbox onsession-ended={() => onHeard("La messagerie demande une connexion")}>
          <p>Un instant…</p>
        </client-inbox>
      </main>
    </>
  );
}

createRoot(document.getElementById("root")).render(<Portal />);
