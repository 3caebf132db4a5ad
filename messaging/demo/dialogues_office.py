"""Threads about dates, papers and money (see `messaging.demo.dialogue` for how to read them)."""

OFFICE = """
# Devis {numero} : questions
client: Bonjour, j'ai bien reçu le devis {numero}. Pouvez-vous m'expliquer le poste « préparation
  des supports » ?
equipe: Bonjour {client}, ce sont le rebouchage, le ponçage et la sous-couche. Sans cela la
  garantie du fabricant de peinture ne joue pas.
client: Je comprends mieux. Et l'évacuation des gravats, elle est comprise ?
equipe> Oui, au poste 1.4, benne et mise en décharge comprises.

autre: Peut-on retirer la fourniture du meuble vasque ? Nous l'avons déjà.
equipe: Bien sûr. Je garde la pose et le raccordement et je retire la fourniture. Cela fait
  {petit_montant} € de moins.
client: Très bien, envoyez-nous la version corrigée.
equipe: C'est parti par courriel : devis {numero} indice B, {montant} € TTC, valable deux mois.
note: Remise déjà faite sur le lot peinture, ne pas aller plus loin sans en parler à Marc.

client: Nous avons tout relu. La TVA à 10 % s'applique aussi à la douche ?
equipe: Oui, le logement a plus de deux ans. Il faut seulement signer l'attestation en page 4.
client~ C'est signé, je vous dépose l'original vendredi. => C'est signé, je vous dépose l'original
  {jour}.
equipe: Merci pour votre confiance. À réception de l'acompte de 30 %, je réserve les équipes.
client: … Virement fait ce midi.
equipe: … Acompte bien reçu, vous êtes au planning.

# Facture de situation n° {rang}
equipe: Bonjour {client}, la situation n° {rang} vient de partir : {montant} € TTC, échéance à
  trente jours.
client: Bonjour {equipe}, merci. Le lot plomberie y est à 80 %, mais la chaudière n'est pas encore
  posée ?
equipe> La chaudière est livrée et stockée chez nous, c'est la fourniture qui est comptée. La pose
  sera sur la situation suivante.
client: D'accord, c'est clair.

autre: Nous n'arrivons pas à ouvrir le PDF, pouvez-vous le renvoyer ?
equipe: Je vous le renvoie tout de suite, en pièce jointe cette fois, sans lien.
autre: Bien reçu, merci.

client: La banque demande le détail de l'avancement par lot pour débloquer les fonds.
collegue: Bonjour {client}, je vous prépare le tableau signé pour {jour}.
client: Parfait, ils attendent ça pour virer.
collegue: … Le tableau est signé et envoyé, avec le RIB à jour.
note: Banque lente : relancer si rien n'est arrivé dans dix jours.
client: … La banque a débloqué les fonds, vous devriez les recevoir {jour2}.
equipe: … Reçu ce matin, merci pour le suivi.

# Accès au chantier et clés
equipe: Bonjour {client}, pour l'accès de l'équipe {jour}, qui peut nous remettre un jeu de clés ?
client: Bonjour {equipe}, je peux le déposer à votre agence en fin de journée.
equipe: Parfait, l'accueil ferme à 18 h.
client: … C'est déposé, à votre nom.

client: Le portail a été laissé ouvert hier soir. Pouvez-vous le dire à l'équipe ? Nous avons un
  chien.
equipe> Toutes mes excuses. C'est rappelé au chef d'équipe, et un panneau est posé à l'intérieur.
autre: Merci, plus de peur que de mal : le chien dormait.

collegue: Bonjour, un camion livre les plaques {jour2} vers {heure}. Peut-on neutraliser deux places
  devant chez vous ?
client: Il faut demander à la mairie, non ?
collegue: C'est fait, l'arrêté est affiché depuis hier. Il suffit de ne pas y stationner.
client: D'accord, je préviens les voisins.
note: Voisine du 14 très sensible au bruit, pas de perforateur avant 9 h.

equipe: La livraison est faite et la rue nettoyée. Je garde les clés jusqu'à la fin du lot.
client: [Entendu.|Très bien, merci.]

# Retard de livraison
equipe: Bonjour {client}, une mauvaise nouvelle : le fournisseur annonce deux semaines de retard sur
  la commande pour {le_lieu}.
client: Bonjour. C'est ennuyeux, nous avions prévu d'emménager juste après.
equipe: Je comprends. Deux options : le modèle équivalent disponible {jour}, ou nous réorganisons
  les autres lots pour ne pas perdre ces deux semaines.
autre: Le modèle équivalent a-t-il la même garantie ?
equipe> Oui, dix ans aussi, et le même rendement. La façade est seulement un peu plus arrondie.
client: Envoyez-nous une photo, et on décide ce soir.

equipe: La photo et la fiche sont dans votre boîte.
client: On préfère attendre le modèle d'origine, si les autres lots avancent.
equipe: C'est entendu. La peinture passe avant, et l'emménagement ne bouge que de quatre jours.
note: Négocier une remise avec le fournisseur, c'est son deuxième retard.

client: Toujours pas d'autre décalage ?
equipe: Non, l'expédition est confirmée, avec un numéro de suivi. Arrivée {jour2}.
client: … Le camion vient de passer ! Tout est complet.
equipe: Et le fournisseur nous accorde {petit_montant} € de remise, je vous la reporte en entier.
client: C'est élégant, merci.

# Modification du plan {du_lieu}
client: Bonjour {equipe}, est-il encore temps de décaler la cloison {du_lieu} de 20 cm ?
equipe: Bonjour {client}, c'est possible jusqu'à {jour}. Cela réduit le dégagement à 92 cm, ce qui
  reste confortable.
client: Pourriez-vous nous faire un croquis ?
equipe: Je vous le dessine ce soir.
autre: … On l'a reçu, c'est exactement l'idée. La porte s'ouvre toujours vers l'intérieur ?
equipe> Oui, sinon elle gênerait le placard.

collegue: Bonjour, j'ai vérifié avec le bureau d'études : la cloison n'est pas porteuse, on peut la
  déplacer sans renfort.
client: Très bien, nous validons.
equipe: … Plan indice C diffusé à toutes les équipes, sans supplément.
client: Merci !

client: En passant ce matin j'ai vu que le rail était posé à l'ancien emplacement.
equipe: Merci de votre vigilance : l'équipe avait l'indice B. Le rail est redressé aujourd'hui même.
note: Retirer les plans B affichés sur place. Deuxième fois ce mois-ci.
client: … C'est corrigé, je viens de mesurer : 92 cm.
equipe: Merci, et encore désolé pour le dérangement.

# Réception des travaux
equipe: Bonjour {client}, nous vous proposons la réception {jour} à {heure}. Prévoyez une heure et
  demie.
client: Bonjour {equipe}, c'est possible. Faut-il préparer quelque chose ?
equipe> Non, j'apporte le procès-verbal. Faites simplement le tour avant, et notez ce qui vous
  gêne.
autre: Notre liste : une plinthe décollée {lieu_dans}, un interrupteur de travers à l'étage, et le
  robinet extérieur qui goutte.
equipe: Merci, c'est noté. Les deux premiers points seront réglés avant la visite.

equipe: Merci pour votre accueil. Il reste donc deux réserves : le robinet extérieur et la retouche
  de peinture de l'escalier. Levée sous quinze jours.
client: C'est bien ça. La retenue de 5 % est conservée jusque-là ?
equipe: Tout à fait, elle se débloque à la levée des réserves.
note: Robinet : pièce en commande, référence communiquée par le plombier.

client: Des nouvelles du robinet ?
equipe: {artisan} passe {jour2} en fin de matinée.
client: … C'est réparé, il ne goutte plus.
equipe: Et l'escalier est repris depuis hier. Je vous envoie le procès-verbal de levée à signer.
client: Signé. Un grand merci à toute l'équipe, vraiment.
equipe: Merci à vous ! La garantie de parfait achèvement court un an : écrivez-nous ici au moindre
  souci.
"""

FREE = """
# Attestation d'assurance décennale
client: Bonjour, notre notaire demande votre attestation d'assurance décennale pour l'année en
  cours.
equipe: Bonjour {client}, je vous l'envoie par courriel aujourd'hui. Faut-il une attestation
  nominative ?
client> Oui, avec l'adresse du bien si possible.
equipe: L'assureur la délivre sous 48 h, je vous la transmets dès réception.
client: Parfait, rien d'urgent avant {jour}.

equipe: L'attestation nominative est arrivée, je vous l'ai envoyée avec l'originale.
client: Bien reçue, le notaire est satisfait.
autre: Faut-il la conserver dix ans ?
equipe: Oui, dix ans à compter de la réception. Elle reste aussi disponible auprès de nous.

# Entretien annuel de la pompe à chaleur
client: Bonjour, faut-il faire réviser la pompe à chaleur avant l'hiver ?
equipe: Bonjour {client}, l'entretien est obligatoire tous les deux ans, et nous le conseillons
  chaque année. Souhaitez-vous un contrat ?
client: Quel est le tarif ?
equipe: {petit_montant} € par an, déplacement et dépannage sous 48 h compris.
client: D'accord pour un an, on verra ensuite.

collegue: Bonjour, le technicien peut passer {jour} à {heure}.
client: Je ne serai pas là {jour}. Plutôt {jour2} ?
collegue> {jour2}, même heure, c'est réservé.
client: Merci.
collegue: … Entretien fait : pression correcte, filtre nettoyé, rien à signaler. Le rapport suit.
autre: Rapport bien reçu. Elle est plus silencieuse qu'avant !

# Projet d'extension
client: Bonjour {equipe}, nous pensons à une extension d'une vingtaine de mètres carrés côté jardin.
  Est-ce une déclaration ou un permis ?
equipe: Bonjour {client}, en zone urbaine une déclaration préalable suffit jusqu'à 40 m². Comptez un
  mois d'instruction.
client: Et l'ordre de grandeur du budget ?
equipe: Entre 2 000 et 2 600 € du mètre carré, selon les menuiseries. Je peux venir voir {jour} ?
client: {jour} à {heure}, volontiers.

equipe: Merci pour votre accueil. Le terrain s'y prête bien, mais il faut déplacer un regard d'eaux
  pluviales.
autre: C'est compliqué ?
equipe> Une journée de terrassement, rien de plus. Ce sera chiffré à part.
client: Très bien, nous attendons l'esquisse.
note: Beau projet, prévoir l'esquisse avec Nadia. Budget serré mais réaliste.

equipe: L'esquisse et une première estimation sont parties : {montant} € TTC, hors mobilier.
client: C'est dans notre enveloppe. On en parle en famille et on revient vers vous.
equipe: Prenez votre temps.
client: … C'est oui ! Quelle est la suite ?
equipe: Je dépose la déclaration en mairie {jour2} et je vous prépare le devis détaillé.
"""
