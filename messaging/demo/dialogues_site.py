"""Threads about the works themselves (see `messaging.demo.dialogue` for how to read them)."""

WORKS = """
# Carrelage {du_lieu}
client: [Bonjour|Bonjour à vous] {equipe}, nous avons reçu les échantillons pour {le_lieu}. Nous
  hésitons entre le {teinte} mat et le même en satiné. Lequel s'entretient le mieux ?
equipe: Bonjour {client}, le mat marque moins les traces de calcaire, et il glisse moins. Pour
  {le_lieu}, je prendrais le mat.
autre: [D'accord, partons sur le mat.|Le mat alors, ça nous va très bien.]

equipe: Le fournisseur a le {teinte} mat en 60 × 60 sous dix jours. En 30 × 60, c'est trois
  semaines. Je commande quel format ?
client> Le 60 × 60, s'il vous plaît. Et le joint ?
equipe: Joint gris perle de 2 mm, assorti aux plinthes. Je vous envoie la fiche.
client: Parfait pour le joint.

equipe: Le carrelage est livré. {artisan} commence la pose {jour} à 8 h, il faut compter trois
  jours, puis 24 h sans marcher dessus.
client: Très bien. Est-ce qu'on peut laisser les meubles dans la pièce d'à côté ?
equipe: Oui, si le passage reste libre sur 1 m.

client: {equipe}, il y a un carreau ébréché près de la porte, côté gauche en entrant.
equipe> Merci de l'avoir vu tout de suite. {artisan} le remplace {jour2}, il reste deux cartons.
client: Merci !
equipe: … Le carreau est changé, le joint sera sec ce soir.
client: C'est impeccable, on ne voit plus rien.

# Planning du plâtrier
equipe: Bonjour {client}, le plâtrier peut venir {jour} au lieu de {jour2}. Cela vous
  convient-il ?
client: Bonjour {equipe}, {jour} c'est possible, mais pas avant 9 h : je dépose les enfants à
  l'école.
equipe: C'est noté, il sera là à 9 h 15.

client: Le plâtrier vient de partir. Il a parlé d'une deuxième couche, c'est prévu ?
equipe> Oui, c'est normal : une première couche, deux jours de séchage, puis la finition.
autre: Donc la peinture ne pourra pas commencer lundi ?
equipe: Non, plutôt le {jour} suivant. Je décale le peintre et je vous confirme.
client: Merci de nous tenir au courant.
note: Prévenir le peintre du décalage, il a un autre chantier derrière.

equipe: C'est confirmé avec le peintre : il arrive {jour} à {heure}. Le planning à jour est
  affiché dans l'entrée.
client: [Super, merci.|Parfait, merci pour votre réactivité.]

client: Il y a un peu d'humidité sur le doublage {du_lieu}, est-ce inquiétant ?
equipe: Le plâtre rend beaucoup d'eau les premiers jours. Ouvrez dix minutes matin et soir et
  laissez 18 °C. Si la tache s'agrandit, prévenez-moi.
client: … La tache a disparu ce matin. Merci pour le conseil.

# Fuite sous l'évier
client: Bonjour {equipe}, il y a une petite fuite sous l'évier {du_lieu} depuis ce matin. J'ai mis
  une bassine.
equipe: Bonjour {client}, merci de nous prévenir. Fermez le robinet d'arrêt sous le meuble, à
  droite. Est-ce que ça coule encore ?
client: C'est fermé, ça ne coule plus. Mais nous n'avons plus d'eau froide à l'évier.
equipe: Le plombier passe avant ce soir. Y aura-t-il quelqu'un ?
autre: Oui, je suis à la maison, qu'il sonne au portillon.
note: Siphon posé la semaine dernière : sous garantie, ne rien facturer.

equipe: … Le plombier me dit que c'était le joint du siphon, il l'a remplacé. Tout est sec chez
  vous ?
client> Oui, tout est sec. Le fond du meuble a un peu gonflé en revanche.
equipe: Nous le remplaçons, c'est pour nous. Je prends la référence auprès du cuisiniste.
client: Merci, c'est très correct de votre part.

client: Des nouvelles du fond de meuble ?
equipe: Il arrive {jour}. {artisan} le pose en vingt minutes, {jour2} à {heure} ?
client: {jour2} à {heure}, c'est bon.
equipe: … C'est posé. Bonne journée à vous !

# Choix des peintures
equipe: Bonjour {client}, il nous faut vos teintes avant {jour} pour passer la commande.
client: Bonjour, pour {le_lieu} nous voulons un {teinte}, et du blanc cassé au plafond.
autre: Et la même teinte dans le couloir, s'il reste de quoi faire.
equipe: Bien noté : {teinte} {lieu_dans} et dans le couloir, blanc cassé aux plafonds. En
  velours ou en mat ?
client~ Velours sur les murs, mat aux plafonds et mat dans le couloir. => Velours sur les murs, mat
  aux plafonds.

equipe: Les échantillons sont peints sur le mur du fond, un carré de 50 cm par teinte. Regardez-les
  le matin et le soir avant de décider.
client: … Le soir le {teinte} tire un peu sur le jaune, c'est joli.
equipe: C'est l'éclairage : avec des ampoules à 4 000 K il reste plus froid.
client: On garde, validé pour nous deux.
equipe: Commande passée, livraison {jour}.

client: Le peintre a terminé {le_lieu}. Il y a une reprise visible au-dessus de la fenêtre.
equipe> Il reviendra faire un raccord {jour2}, quand ce sera bien sec. Il faut 48 h pour que la
  teinte soit uniforme.
client: … On ne voit plus la reprise, merci à lui.

# Fissure au plafond
client: Bonjour, une fissure fine est apparue au plafond {du_lieu}, sur 40 cm environ.
equipe: Bonjour {client}, est-ce qu'on peut y glisser l'ongle ? Et suit-elle la jonction de deux
  plaques ?
client> Non, à peine un cheveu, et oui, elle est parfaitement droite.
equipe: C'est alors le joint de plaques qui a travaillé au séchage. Rien de structurel. On attend
  deux mois que tout soit stable, puis on reprend la bande.

client: Elle a un peu avancé, elle atteint le spot maintenant.
equipe: … {artisan} passe {jour} poser un témoin, pour mesurer.
client: D'accord. Je laisse la clé chez la voisine du rez-de-chaussée.
collegue: … Bonjour, {artisan} est passé : pas de mouvement, c'est bien la bande. Reprise prévue le
  mois prochain, avec la peinture.
autre: Nous voilà rassurés.
note: Refaire les deux plafonds du même coup, même équipe, même lot de plaques.

equipe: La reprise est faite, avec une bande armée cette fois. Laissez sécher avant de rallumer le
  chauffage {lieu_dans}.
client: Compris. Merci pour le sérieux du suivi.

# Fenêtres et volets
equipe: Bonjour {client}, les menuiseries arrivent {jour}. Le poseur prévoit deux jours, en
  commençant par {le_lieu}.
client: Bonjour {equipe}. Les volets seront posés en même temps ?
equipe: Les volets roulants oui, le motorisé {du_lieu} une semaine plus tard, il vient d'un autre
  atelier.
client: Entendu. Prévoyez-vous des bâches sur le parquet ?
equipe> Bien sûr, et l'équipe aspire chaque soir.

client: La fenêtre de gauche {lieu_dans} ferme mal, il faut forcer sur la poignée.
equipe: C'est un réglage de paumelle, cinq minutes. Le poseur est là {jour2} pour le volet, il le
  fera en passant.
autre: Merci. Elle siffle aussi un peu quand il y a du vent.
equipe: Les deux viennent du même défaut : le joint ne porte pas en haut.

equipe: Réglage fait, et le volet motorisé est programmé. La télécommande est sur le plan de
  travail.
client: … La fenêtre ferme parfaitement. Et le volet s'arrête tout seul, c'est magique.
client: Par contre je ne trouve pas la notice.
equipe: Je vous la dépose {jour} avec les certificats du vitrage, ils servent pour les aides.
client: [Merci beaucoup.|Merci, c'est précieux pour le dossier.]

# Électricité {du_lieu}
client: Bonjour {equipe}, peut-on ajouter deux prises {lieu_dans}, derrière le futur bureau ?
equipe: Bonjour {client}, oui tant que les cloisons sont ouvertes. Il faut me dire avant {jour} :
  après, il faudrait saigner.
client: Alors oui, deux prises et une prise réseau, à 30 cm du sol.
equipe: Le supplément est de {petit_montant} € TTC. Je vous envoie l'avenant ce soir.
autre: … Avenant signé et renvoyé.

equipe: L'électricien a tiré les lignes. Pouvez-vous vérifier sur place les hauteurs marquées au
  crayon ?
client: Vu ce matin, tout est bon sauf l'interrupteur de la porte : il sera caché par le placard.
equipe> Bien vu ! On le passe côté couloir, à 1,10 m.
client: Parfait.

collegue: Bonjour, le consuel est demandé pour {jour2}. Il faudra quelqu'un sur place le matin.
client: Je prends ma matinée.
collegue: Merci. Le contrôleur reste une heure environ.
client: … Il vient de partir : conforme, sans réserve !
equipe: Excellente nouvelle, merci. Je transmets l'attestation au fournisseur d'énergie.

# Isolation des combles
client: Bonjour, l'isolation des combles est toujours prévue cette semaine ?
equipe: Bonjour {client}, oui, {jour} dès 8 h : 32 cm de laine soufflée, une demi-journée de
  travail.
client: Faut-il vider entièrement le grenier ?
equipe> Oui, plancher dégagé sur toute la surface. L'équipe peut descendre six ou sept cartons, pas
  un meuble.
autre: On s'en occupe ce week-end.

equipe: C'est terminé. Les repères d'épaisseur sont visibles depuis la trappe, et la trappe est
  isolée aussi.
client: Merci. On sent déjà la différence à l'étage.
client: Est-ce normal que la VMC fasse plus de bruit depuis ?
equipe: Non. Une gaine a sans doute été écrasée pendant le soufflage. {artisan} passe {jour2} à
  {heure}.
client: C'est noté.
collegue: … La gaine était pincée derrière le caisson, elle est libérée et suspendue.
client: Plus aucun bruit, merci à vous deux.

equipe: Votre attestation pour les aides est prête, avec la marque et le R de l'isolant. Je la joins
  au dossier de fin de chantier.
client: Merci, notre dossier sera complet.

# Parquet et seuils
client: Bonjour {equipe}, le parquet {du_lieu} a été livré, mais les lames me paraissent plus
  claires que l'échantillon.
equipe: Bonjour {client}, le chêne brut fonce avec l'huile et la lumière. Je passe {jour} avec
  l'échantillon pour comparer sur place.
client: Merci, je préfère vérifier.
client-  Sinon on annule la commande et puis c'est tout !
client: Pardon pour mon message précédent, la semaine a été longue.
equipe: Aucun souci, c'est votre sol pour trente ans, il doit vous plaire.

equipe: Nous avons huilé une lame pour la comparaison : la teinte est bien la même.
autre: Effectivement, une fois huilée c'est exactement ça. On garde.
equipe: Alors les lames s'acclimatent 48 h dans la pièce, et la pose commence {jour2}.

client: Quel seuil entre le parquet et le carrelage ?
equipe: Une barre en laiton de 30 mm, affleurante. Ou en inox si vous préférez.
client> Laiton, pour rappeler les poignées.
equipe: Bien reçu. Pose terminée {jour}, n'y marchez qu'en chaussettes pendant 24 h.
client: … C'est superbe. Les enfants patinent déjà dessus.
"""
