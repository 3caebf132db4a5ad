/** The client of the sample, its people and its chantier, as the portal's own database has them. */
export const CLIENT = { id: "portal-C-1", name: "Famille Aubert" };
export const PEOPLE = [
  { id: "portal-P-1", name: "Jeanne Aubert", email: "jeanne@portail.test" },
  { id: "portal-P-2", name: "Paul Aubert", email: "paul@portail.test" },
];
export const CHANTIER = { id: "portal-CH-1", name: "Extension bois", reference: "CH-3001", address: "6 rue des Tilleuls, 44120 Vertou" };
