"""What people of the sample commune write to each other, by department where the trade shows."""

from collections.abc import Mapping

from portal.casework.requests.enums import RequestStatus

ANY = ""
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    ANY: (
        "Bonjour, pouvez-vous nous préciser la date qui vous convient le mieux ? Merci.",
        "Bonjour, le numéro de la rue ne correspond pas à notre plan. Pouvez-vous le vérifier ?",
        "Bonjour, il nous manque un numéro de téléphone pour vous joindre. Pouvez-vous nous l’indiquer ici ?",
        "Bonjour, pouvez-vous nous dire si la situation a changé depuis votre demande ?",
    ),
    "etat-civil": (
        "Bonjour, le prénom écrit ne correspond à aucun acte. Est-ce bien celui du livret de famille ?",
        "Bonjour, la copie de la pièce d’identité est coupée. Pouvez-vous la montrer au guichet ?",
    ),
    "ccas": (
        "Bonjour, quel jour pouvons-nous vous rappeler cette semaine, et à quelle heure ?",
        "Bonjour, il nous manque la dernière facture. Une photo suffit, ou apportez-la au rendez-vous.",
    ),
    "vie-associative": (
        "Bonjour, la salle est déjà prise ce jour-là. La Halle des Tanneurs vous irait-elle ?",
        "Bonjour, pouvez-vous nous dire combien de personnes sont attendues ?",
    ),
}
REPLIES = (
    "Bonjour, oui, le matin est préférable. Merci à vous.",
    "Bonjour, je confirme, c’est bien cela.",
    "Vous pouvez m’appeler au 06 39 98 00 00 après 18 heures.",
    "Rien n’a changé, merci de votre suivi.",
    "Je vous l’apporte demain au guichet.",
)
REASONS: Mapping[RequestStatus, Mapping[str, tuple[str, ...]]] = {
    RequestStatus.ACCEPTED: {
        ANY: ("Votre demande est complète et remplit les conditions. Le service vous contacte cette semaine.",),
        "enfance": ("Une place est réservée. Les horaires et la date de rentrée suivent par courriel.",),
        "petite-enfance": ("La commission vous propose une place. Appelez-nous avant vendredi pour la visite.",),
        "voirie": (
            "L’équipe est passée ce matin, c’est réparé.",
            "L’autorisation est signée. Affichez-la sept jours avant.",
        ),
        "mediatheque": ("C’est prêt : venez à l’accueil avec une pièce d’identité.",),
        "etat-civil": ("Vos pièces conviennent. Le document part par la poste aujourd’hui.",),
        "ccas": ("La commission vous accorde une aide, versée à votre fournisseur d’énergie.",),
        "vie-associative": ("La date vous est réservée dès que vous aurez signé la convention.",),
        "dechets": ("Votre carte part par la poste. Elle ouvre la barrière dès réception.",),
    },
    RequestStatus.REJECTED: {
        ANY: ("Cette adresse dépend de la commune voisine, qui seule peut répondre. Nous l’avons prévenue.",),
        "voirie": ("La date demandée n’est plus possible : la rue est déjà réservée. Proposez-nous une autre date.",),
        "ccas": ("Le contrat est au nom d’une autre personne : c’est elle qui peut demander cette aide.",),
        "vie-associative": ("Les trois salles sont prises à cette date. Appelez-nous pour en trouver une autre.",),
        "etat-civil": ("L’acte demandé n’est pas dans nos registres. Adressez-vous à la mairie de naissance.",),
    },
}
PROPOSALS = (
    "Mardi à 10 h, à la Maison France Services, 4 place du Parvis. Prévoyez une heure.",
    "Jeudi à 14 h 30, au téléphone : nous vous appelons au numéro que vous avez donné.",
    "Vendredi à 9 h, à la Maison France Services. Un interprète sera au téléphone si vous le voulez.",
)
# What some write after an answer, by how easy they found it.
OPINIONS: Mapping[int, tuple[str, ...]] = {
    1: ("Trop de pièces à joindre, j’ai dû recommencer deux fois.",),
    2: ("J’ai attendu longtemps avant d’avoir une première réponse.", "Je n’ai pas compris ce qu’il fallait envoyer."),
    3: ("Réponse claire, mais un peu tardive.",),
    4: ("Simple. J’aurais aimé pouvoir choisir le jour.", "Bien expliqué du début à la fin."),
    5: ("Rapide et clair, merci.", "Je n’ai rien eu à retaper, c’est appréciable."),
}
HELD = "Nous nous sommes vus : vous avez la liste de vos démarches."


def words_for(texts: Mapping[str, tuple[str, ...]], department: str) -> tuple[str, ...]:
    """Those of the department, else those that anybody writes."""
    return texts.get(department) or texts[ANY]
