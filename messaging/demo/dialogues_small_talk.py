"""Short exchanges that can come up in any thread about a chantier."""

INTERLUDES = """
client: Petite question : l'équipe sera-t-elle là vendredi, avec le pont ?
equipe: Non, tout le monde reprend lundi à 8 h.
client: D'accord, bon week-end prolongé à eux.

equipe: Pouvez-vous couper l'alarme demain matin ? L'équipe arrive tôt.
client: C'est fait, elle est désactivée jusqu'à ce soir.

client: Serait-il possible d'avoir de l'eau chaude ce week-end ? Nous avons de la famille.
equipe: Oui, on remet en service vendredi soir et on recoupe lundi matin.
autre: … Merci, ça nous sauve.

equipe: Un colis à votre nom a été livré sur le chantier, il est à l'abri dans le garage.
client: Ah, ce sont les luminaires ! Merci.

client: Il y a beaucoup de poussière dans la montée d'escalier.
equipe: Je fais poser un sas en bâche dès demain, et l'équipe passera l'aspirateur chaque soir.
client: … Nette amélioration, merci.

equipe: Avez-vous choisi les poignées de porte ? La commande part en fin de semaine.
client: Oui, le modèle droit en laiton brossé, sept paires.
equipe: Sept paires, c'est noté.

client: Le code du boîtier à clés a changé ?
equipe: Oui, je vous le donne par téléphone, c'est plus prudent.
client: Bien sûr.

autre: Merci de dire à l'équipe que le café du matin est offert, la machine est dans l'entrée.
equipe: Ils vont être ravis, je transmets !

client: Pensez-vous que nous pourrons dormir sur place à la fin du mois ?
equipe: Si le séchage se passe bien, oui. Je vous le confirme dix jours avant.
client: Parfait, nous ne donnons pas encore le préavis.

equipe: Prévision de gel demain : l'équipe façade est décalée de deux jours.
client: Compris, mieux vaut ça que de tout refaire.

client: Le voisin se plaint d'éclats de mortier sur sa voiture.
equipe: Je passe le voir aujourd'hui. Notre assurance prend en charge s'il y a des dégâts.
equipe: … Vu avec lui : un simple lavage a suffi, tout est réglé.
client: Merci d'avoir fait si vite.

collegue: Bonjour, {equipe} est en congé cette semaine, écrivez-moi ici en cas de besoin.
client: Merci, bonnes vacances à {equipe}.

client: À qui faut-il s'adresser pour la fibre ? Le technicien n'a pas trouvé l'arrivée.
equipe: La gaine verte arrive dans le placard de l'entrée, en bas à gauche. Une étiquette est posée.
client: … Trouvée, merci.

equipe: Il me faudrait une signature sur le bon de livraison, il est resté sur l'établi.
autre: C'est signé, je l'ai laissé au même endroit.

client: Est-ce que la benne part bientôt ? Elle occupe la place des voisins.
equipe: Elle est enlevée demain avant midi.
client: … Enlevée ce matin, la rue est libre.

equipe: Nous avons trouvé un ancien conduit derrière la cloison. On le bouche ou on le garde ?
client: Est-ce que ça change quelque chose au prix ?
equipe: Rien du tout. Le garder permettrait un poêle plus tard.
client: Alors gardez-le !

client: Pouvez-vous me rappeler les horaires de l'équipe ?
equipe: 8 h - 12 h et 13 h - 17 h, du lundi au jeudi ; 16 h le vendredi.

client: Nous partons une semaine. Tout est accessible, mais nous ne répondrons que le soir.
equipe: Bonnes vacances ! Je regroupe les questions pour vous déranger le moins possible.
client: Merci.

equipe: Le contrôle de chantier de ce matin n'a relevé aucune anomalie.
client: [Bonne nouvelle, merci.|Voilà qui fait plaisir, merci.]

autre: Est-ce qu'on peut venir voir l'avancement samedi avec nos parents ?
equipe: Oui, casques et gants sont dans la caisse bleue. Ne montez pas sur l'échafaudage.
autre: … Promis. C'était très impressionnant, ils vous félicitent.
"""
