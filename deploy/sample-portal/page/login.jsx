export function Login({ people, onEnter }) {
  return (
    <main className="login">
      <p className="brand">Atelier Loire</p>
      <h1>Espace client</h1>
      <p>Choisissez qui vous êtes. Un vrai portail demande un mot de passe.</p>
      {people.map(({ id, name }) => (
        <button key={id} type="button" className="action" onClick={() => onEnter(id)}>
          {name}
        </button>
      ))}
    </main>
  );
}
