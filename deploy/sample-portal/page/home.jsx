import { newsText } from "./own-server.js";

const STEPS = [
  ["Études et permis", "fait"],
  ["Fondations", "fait"],
  ["Ossature bois", "en cours"],
  ["Couverture et menuiseries", "à venir"],
  ["Finitions", "à venir"],
];

export function Home({ person, news, onMessages }) {
  return (
    <main className="home">
      <h1>Bonjour {person.name.split(" ")[0]}</h1>
      <section>
        <p className="plate">CH-3001</p>
        <h2>Extension bois</h2>
        <p>6 rue des Tilleuls, 44120 Vertou</p>
        <ol>
          {STEPS.map(([name, state]) => (
            <li key={name} className={state === "fait" ? "done" : state === "en cours" ? "now" : ""}>
              {name} <span>{state}</span>
            </li>
          ))}
        </ol>
      </section>
      <section>
        <h2>Vos messages</h2>
        <p>{newsText(news) || "Rien de nouveau."}</p>
        <p>Une question, une photo du chantier ? L’équipe vous répond ici.</p>
        <a className="action" href="/messages" onClick={onMessages}>
          Ouvrir les messages
        </a>
      </section>
    </main>
  );
}
