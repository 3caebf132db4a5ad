import { connect } from "liaison-elements";
import { useEffect, useState } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";

import { Home } from "./home.jsx";
import { Login } from "./login.jsx";
import { newsText, post, useNews, usePath } from "./own-server.js";

/** The connection of one person with Liaison. It asks for a token before the first request, and when the last one is refused. */
const connected = () =>
  connect({
    baseUrl: document.querySelector('meta[name="liaison"]').content,
    token: async () => (await post("/token")).token,
    language: "fr",
  });

function Portal({ known, people }) {
  const [person, setPerson] = useState(known);
  const [liaison, setLiaison] = useState(() => known && connected());

  async function enter(id) {
    const { person } = await post("/login", { person: id });
    setLiaison(connected());
    setPerson(person);
  }

  async function leave() {
    // The elements go first: what they have open is closed, before what they keep here is deleted.
    flushSync(() => setPerson(null));
    await liaison.logOut();
    await post("/logout");
  }

  return person ? <Pages person={person} onLeave={leave} /> : <Login people={people} onEnter={enter} />;
}

function Pages({ person, onLeave }) {
  const [path, go] = usePath();
  const [isOver, setOver] = useState(false);
  const news = useNews();
  const isReading = path === "/messages";
  useEffect(() => {
    if (isReading && news) void post("/news/read");
    document.title = news && !isReading ? `(${news}) Espace client` : "Espace client";
  }, [isReading, news]);

  const link = (to, name, more) => (
    <a href={to} aria-current={path === to ? "page" : undefined} onClick={(event) => go(event, to)}>
      {name}
      {more}
    </a>
  );
  return (
    <>
      <header>
        <p className="brand">Atelier Loire</p>
        <nav aria-label="Espace client">
          {link("/", "Mon chantier")}
          {link("/messages", "Messages", news > 0 && !isReading && <b aria-hidden="true">{news}</b>)}
        </nav>
        <p role="status">{isReading ? "" : newsText(news)}</p>
        <p className="person">{person.name}</p>
        <button type="button" onClick={onLeave}>
          Se déconnecter
        </button>
      </header>
      {isOver && <p role="alert">Votre session est terminée. Rechargez la page pour vous connecter.</p>}
      {isReading ? (
        <main className="messages">
          <h1>Messages</h1>
          <client-inbox onsession-ended={() => setOver(true)} />
        </main>
      ) : (
        <Home person={person} news={news} onMessages={(event) => go(event, "/messages")} />
      )}
    </>
  );
}

const { person, people } = await (await fetch("/me")).json();
createRoot(document.getElementById("root")).render(<Portal known={person} people={people} />);
