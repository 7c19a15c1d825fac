"""The scenarios of each partner, with the sentences that explain them on the incidents page."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

OK = "ok"


class Stage(StrEnum):
    """The moment of an exchange that a scenario spoils."""

    NONE = "none"
    TRANSPORT = "transport"  # any answer to a program
    SUBMIT = "submit"  # the answer to a submission
    LOOK_UP = "look_up"  # the answer about a person
    FEED = "feed"  # the figures of the bikes
    CALLBACK = "callback"  # a notification sent to the portal
    RETURN = "return"  # the browser's way back to the portal
    TOKEN = "token"  # noqa: S105 - the token endpoint, not a secret
    ID_TOKEN = "id_token"  # noqa: S105 - same
    USERINFO = "userinfo"
    MAIL = "mail"  # the SMTP dialogue
    NUMBER = "number"  # what the operator says of a number
    PHONE = "phone"  # what becomes of a message once it is accepted


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing a partner can do, right or wrong."""

    name: str
    stage: Stage
    label: str
    explain: str
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Partner:
    """One simulated partner as the incidents page shows it."""

    name: str
    title: str
    scenarios: tuple[Scenario, ...]
    lossy: bool = False

    def scenario(self, name: str) -> Scenario | None:
        """The scenario of that name, if this partner has it."""
        wanted = ALIASES.get(name, name)
        return next((scenario for scenario in self.scenarios if scenario.name == wanted), None)


ALIASES: Mapping[str, str] = {"twice": "duplicate_callback", "refused": "refuse", "drop": "commit_then_drop"}


def _all(stage: Stage, *lines: tuple[str, str, str]) -> tuple[Scenario, ...]:
    return tuple(Scenario(name, stage, label, explain) for name, label, explain in lines)


NORMAL = Scenario(OK, Stage.NONE, "Tout va bien", "Le partenaire répond comme prévu.")
SLOW = Scenario(
    "slow",
    Stage.TRANSPORT,
    "Lent",
    "Le partenaire fait le travail, puis attend le délai choisi avant de répondre.",
    True,
)
DOWN = Scenario("down", Stage.TRANSPORT, "En panne", "Chaque appel reçoit 503, sans indication de reprise.")
NONSENSE = Scenario(
    "nonsense", Stage.TRANSPORT, "Réponse absurde", "Chaque appel reçoit 200 et une page HTML au lieu du JSON attendu."
)

TRANSPORT: tuple[Scenario, ...] = (
    NORMAL,
    SLOW,
    DOWN,
    *_all(
        Stage.TRANSPORT,
        (
            "refuse_connection",
            "Connexion coupée",
            "La connexion est coupée avant toute réponse, rien n’est enregistré.",
        ),
        ("rate_limited", "Trop d’appels", "Chaque appel reçoit 429 et « Retry-After: 7 »."),
        ("unauthorized", "Clé refusée", "Chaque appel reçoit 401, même avec la bonne clé."),
    ),
    NONSENSE,
    *_all(
        Stage.TRANSPORT,
        ("truncated", "Réponse tronquée", "Le travail est fait, mais la réponse s’arrête au milieu."),
    ),
)

API: tuple[Scenario, ...] = (
    *TRANSPORT,
    *_all(
        Stage.SUBMIT,
        ("refuse", "Refus du contenu", "Chaque dépôt reçoit 422 : le partenaire dit ne pas accepter le contenu."),
        (
            "commit_then_drop",
            "Enregistré, puis coupé",
            "Le dépôt est enregistré, puis la connexion est coupée sans réponse : le cas ambigu.",
        ),
    ),
)

LOOK_UPS: tuple[Scenario, ...] = _all(
    Stage.LOOK_UP,
    ("nobody_known", "Personne inconnue", "Chaque question reçoit 404 : dossier non trouvé, une réponse normale."),
    ("scope_refused", "Droits insuffisants", "Chaque question reçoit 403 : l’habilitation ne couvre pas la donnée."),
    ("provider_down", "CAF injoignable", "Chaque question reçoit 504 : l’intermédiaire répond, pas la CAF."),
    ("already_running", "Question déjà en cours", "Chaque question reçoit 409, à reposer deux secondes après."),
    ("quota", "Quota dépassé", "Chaque question reçoit 429 dans l’enveloppe du service, sans « Retry-After »."),
)

FEEDS: tuple[Scenario, ...] = _all(
    Stage.FEED,
    ("stale_figures", "Chiffres périmés", "Les chiffres datent d’il y a une heure : le portail doit les cacher."),
    (
        "odd_figures",
        "Chiffres absurdes",
        "Une station a moins trois vélos, une autre se tait, une troisième n’existe pas.",
    ),
)

CALLBACKS: tuple[Scenario, ...] = _all(
    Stage.CALLBACK,
    ("duplicate_callback", "Rappels en triple", "Chaque rappel est envoyé trois fois, avec le même identifiant."),
    ("unsigned_callback", "Rappel sans signature", "Le rappel part sans signature : le portail doit le refuser."),
    ("replayed_callback", "Rappel périmé", "Le rappel est signé, mais daté d’il y a une heure."),
    ("forged_callback", "Rappel falsifié", "Le rappel est signé avec un autre secret."),
    ("unknown_status", "État inconnu", "Le rappel annonce un état absent du contrat : « archived_by_vendor »."),
)

PROVIDER: tuple[Scenario, ...] = (
    NORMAL,
    SLOW,
    DOWN,
    NONSENSE,
    *_all(Stage.TOKEN, ("token_error", "Jeton refusé", "L’échange du code reçoit toujours « invalid_grant ».")),
    *_all(
        Stage.ID_TOKEN,
        ("alg_none", "Jeton sans signature", "L’id_token annonce « alg: none » et n’est pas signé."),
        (
            "hs256_with_public_key",
            "Signature par la clé publique",
            "L’id_token est signé en HS256, la clé publique servant de secret.",
        ),
        ("wrong_signature", "Signature fausse", "L’id_token porte le bon « kid » mais une autre clé l’a signé."),
        ("unknown_kid", "Clé inconnue", "L’id_token est signé par une clé jamais publiée."),
        ("wrong_iss", "Autre émetteur", "L’id_token est émis au nom d’un autre fournisseur."),
        ("wrong_aud", "Autre destinataire", "L’id_token est destiné à un autre service."),
        ("expired_id_token", "Jeton expiré", "L’id_token a expiré il y a cinquante minutes."),
        ("wrong_nonce", "Mauvais nonce", "Le « nonce » de l’id_token n’est pas celui du portail."),
        ("missing_nonce", "Nonce absent", "L’id_token n’a pas de « nonce »."),
        ("low_acr", "Niveau trop bas", "L’id_token annonce le niveau « eidas0 »."),
        ("missing_acr", "Niveau absent", "L’id_token n’annonce aucun niveau."),
    ),
    *_all(
        Stage.NONE,
        (
            "rotated_key",
            "Nouvelle clé de signature",
            "Une nouvelle clé signe dès maintenant ; l’ancienne reste publiée. Le choix normal la garde.",
        ),
        (
            "rotated_key_dropped",
            "Nouvelle clé, ancienne retirée",
            "Une nouvelle clé signe dès maintenant ; les anciennes ne sont plus publiées.",
        ),
    ),
    *_all(
        Stage.USERINFO,
        ("userinfo_sub_mismatch", "Une autre personne", "Les informations portent un autre « sub » que l’id_token."),
        (
            "userinfo_unsigned",
            "Informations sans signature",
            "Les informations arrivent en JSON simple, sans signature.",
        ),
        ("userinfo_wrong_signature", "Informations mal signées", "Les informations sont signées par une autre clé."),
    ),
    *_all(
        Stage.RETURN,
        ("wrong_state", "Mauvais state", "Le retour vers le portail porte un autre « state »."),
        ("missing_iss_param", "Retour sans émetteur", "Le retour vers le portail n’a pas de paramètre « iss »."),
        ("wrong_iss_param", "Retour d’un autre émetteur", "Le paramètre « iss » du retour nomme un autre fournisseur."),
        ("server_error", "Erreur du fournisseur", "Le retour porte « error=server_error »."),
        ("temporarily_unavailable", "Indisponible au retour", "Le retour porte « error=temporarily_unavailable »."),
    ),
)

MAIL: tuple[Scenario, ...] = (
    NORMAL,
    Scenario("slow", Stage.MAIL, "Lent", "Le message est gardé, puis la réponse attend le délai choisi.", True),
    *_all(
        Stage.MAIL,
        ("down", "En panne", "Le serveur répond 421 dès la connexion et raccroche."),
        ("greylist", "Liste grise", "Chaque destinataire reçoit 451 : réessayer plus tard."),
        ("reject", "Adresse refusée", "Chaque destinataire reçoit 550 : adresse inconnue."),
        ("commit_then_drop", "Gardé, puis coupé", "Le message est gardé, puis la connexion est coupée sans réponse."),
    ),
)

PHONE: tuple[Scenario, ...] = (
    *_all(
        Stage.NUMBER,
        ("invalid_number", "Numéro inexistant", "Chaque envoi reçoit 422 : ce numéro n’existe pas."),
        ("blocked", "Numéro bloqué", "Chaque envoi reçoit 422 : ce numéro refuse nos SMS."),
        ("no_credit", "Plus de crédit", "Chaque envoi reçoit 402 : le portail met la connexion en pause."),
    ),
    *_all(
        Stage.PHONE,
        ("undelivered", "Non remis", "Le message est accepté, puis le réseau annonce qu’il n’a pas pu le remettre."),
        ("in_transit", "En chemin", "Le message est accepté et remis au réseau ; personne ne dit s’il est arrivé."),
    ),
)

PARTNERS: Mapping[str, Partner] = {
    partner.name: partner
    for partner in (
        Partner("franceconnect", "Connexion des usagers (type FranceConnect)", PROVIDER),
        Partner("proconnect", "Connexion des agents (type ProConnect)", PROVIDER),
        Partner("ecoles", "Logiciel des écoles", API + CALLBACKS, lossy=True),
        Partner("caf", "CAF et MSA (type API Particulier)", TRANSPORT + LOOK_UPS),
        Partner("demo", "Partenaire de démonstration", API, lossy=True),
        Partner("mobilite", "Abonnements de transport", API + CALLBACKS, lossy=True),
        Partner("velos", "Vélos partagés (GBFS)", TRANSPORT + FEEDS),
        Partner("adresses", "Base des adresses (type BAN)", TRANSPORT),
        Partner("courriel", "Serveur de courrier", MAIL),
        Partner("sms", "Opérateur de SMS", API + PHONE + CALLBACKS, lossy=True),
    )
}
