"""The words of the builder, by code."""

from collections import Counter
from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from portal.casework.catalogue.saying_workflows import STANDARD
from portal.ground.dictionary.service import ConceptType, Sensitivity, Source

Words = Mapping[str, LazyString]

AUDIENCES: Words = {"person": _l("Personnes"), "association": _l("Associations"), "company": _l("Entreprises")}
CHANNELS: Words = {
    "web": _l("En ligne"),
    "counter": _l("Au guichet"),
    "phone": _l("Par téléphone"),
    "mail": _l("Par courrier"),
    "email": _l("Par courriel"),
    "api": _l("Par un autre logiciel"),
}
ALTERNATIVES: Words = {
    "counter": _l("Sans internet : au guichet"),
    "phone": _l("Sans internet : par téléphone"),
    "mail": _l("Sans internet : par courrier"),
    "help": _l("Se faire aider"),
}
LEVELS: Words = {
    "": _l("Le niveau habituel"),
    "eidas1": _l("Faible"),
    "eidas1-mfa": _l("Faible, avec double vérification"),
    "eidas2": _l("Substantiel"),
    "eidas3": _l("Élevé"),
}
REGIMES: Words = {
    "acceptance": _l("Acceptation : sans réponse, la demande est acceptée"),
    "rejection": _l("Rejet : sans réponse, la demande est rejetée"),
    "none": _l("Ni l’un ni l’autre"),
}
UNITS: Words = {"months": _l("mois"), "days": _l("jours")}
# How each meaning of a status looks: word, icon, colour.
MEANINGS: Mapping[str, tuple[LazyString, str, str]] = {
    "submitted": (STANDARD["submitted"], "letter", "info"),
    "in_progress": (STANDARD["in_progress"], "clock", "info"),
    "waiting_for_resident": (STANDARD["waiting_for_resident"], "diamond", "wait"),
    "accepted": (STANDARD["accepted"], "check", "ok"),
    "rejected": (STANDARD["rejected"], "cross", "bad"),
    "closed": (STANDARD["closed"], "check", "info"),
    "withdrawn": (STANDARD["withdrawn"], "cross", "info"),
}
TABS: Words = {
    "questions": _l("Questions"),
    "presentation": _l("Présentation"),
    "canaux": _l("Canaux"),
    "legal": _l("Cadre légal"),
    "envois": _l("Envois"),
    "deroulement": _l("Déroulement"),
    "textes": _l("Langues"),
    "yaml": _l("Versions et YAML"),
}
TAB_TITLES: Words = {
    "presentation": _l("Présentation de la démarche"),
    "canaux": _l("Canaux et moyens sans internet"),
    "legal": _l("Cadre légal et délais"),
    "envois": _l("À qui la demande est envoyée"),
}
# Under a tab that has nothing to type in.
NOTHING: Words = {
    "envois": _l("Aucune connexion n’est configurée : la demande reste dans l’espace des agents."),
}
TYPES: Words = {
    "text": _l("Texte court"),
    "long_text": _l("Texte long"),
    "name": _l("Nom de personne"),
    "number": _l("Nombre"),
    "money": _l("Montant"),
    "euros": _l("Montant en euros"),
    "date": _l("Date"),
    "partial_date": _l("Date, même incomplète"),
    "email": _l("Adresse électronique"),
    "phone": _l("Téléphone"),
    "boolean": _l("Oui ou non"),
    "choice": _l("Un choix"),
    "several": _l("Plusieurs choix"),
    "address": _l("Adresse"),
    "postcode": _l("Code postal"),
    "commune": _l("Commune"),
    "commune_code": _l("Code officiel de commune"),
    "country_code": _l("Code de pays"),
    "school_year": _l("Année scolaire"),
    "iban": _l("IBAN"),
    "siret": _l("SIRET"),
    "nir": _l("Numéro de sécurité sociale"),
    "files": _l("Pièces à joindre"),
    "identity_file": _l("Pièce d’identité"),
    "household_member": _l("Membre du foyer"),
    "map_point": _l("Point sur une carte"),
    "information": _l("Information, sans réponse"),
    "declaration": _l("Déclaration sur l’honneur"),
    "computed": _l("Valeur calculée"),
}
SENSITIVITIES: Words = {
    Sensitivity.PUBLIC: _l("publique"),
    Sensitivity.PERSONAL: _l("personnelle"),
    Sensitivity.CHILD: _l("sur un enfant"),
    Sensitivity.SPECIAL: _l("particulièrement protégée (RGPD, article 9)"),
}
SOURCES: Words = {
    Source.FRANCECONNECT: _l("FranceConnect"),
    Source.RESIDENT: _l("la personne elle-même"),
    Source.AUTHORITY: _l("la collectivité"),
    Source.CAF: _l("la CAF ou la MSA"),
}
FILE_KINDS: Words = {
    "pdf": _l("PDF"),
    "jpeg": _l("Photo JPEG"),
    "png": _l("Image PNG"),
    "docx": _l("Word"),
    "odt": _l("OpenDocument"),
}
LANGUAGES: Words = {"fr@falc": _l("Français simplifié"), "en": _l("Anglais")}
STATES: Mapping[str, tuple[LazyString, str, str]] = {
    "open": (_l("Publiée"), "check", "ok"),
    "closed": (_l("Fermée"), "stop", "info"),
    "draft": (_l("Jamais publiée"), "empty", "wait"),
}
VERSION_STATES: Words = {"draft": _l("en cours d’écriture"), "published": _l("publiée"), "archived": _l("archivée")}
DONE: Words = {
    "creation": _l("La démarche est créée. Personne ne la voit avant sa publication."),
    "copie": _l("La copie est prête. Donnez-lui son titre dans l’onglet « Présentation »."),
    "brouillon": _l("Le brouillon est ouvert. La version publiée ne change pas."),
    "enregistre": _l("Enregistré."),
    "ajout": _l("C’est ajouté."),
    "retrait": _l("C’est retiré. Vous pouvez annuler ce retrait."),
    "annulation": _l("Le dernier changement est annulé."),
    "import": _l("Le document est importé à la place du brouillon."),
    "deroulement": _l("La démarche a maintenant un déroulement à elle. Changez ses états et ses actions."),
    "modele": _l("Le déroulement est choisi."),
    "adresse": _l("L’adresse est changée."),
    "abandon": _l("Le brouillon est abandonné. Les versions publiées restent."),
    "suppression": _l("La démarche est supprimée."),
    "fermeture": _l("La démarche est fermée. Les demandes déjà faites continuent."),
    "reouverture": _l("La démarche est rouverte."),
}
# How the places of a document are called, for the texts side by side and the faults of an import.
PLACES: Words = {
    "title": _l("Titre"),
    "summary": _l("Résumé"),
    "next": _l("Ce qui se passe ensuite"),
    "needs": _l("À préparer"),
    "may_ask": _l("Qui peut demander"),
    "otherwise": _l("Où vont les autres"),
    "who": _l("Tarif"),
    "note": _l("Précision sur le prix"),
    "alternatives": _l("Sans internet"),
    "attestation": _l("Attestation d’acceptation"),
    "exemption": _l("Pourquoi aucune décision implicite"),
    "preliminary": _l("Avant le tribunal"),
    "effect": _l("Effet d’un dossier incomplet"),
    "legal_basis": _l("Base légale"),
    "recipient": _l("Destinataire"),
    "lead": _l("Introduction"),
    "label": _l("Question"),
    "hint": _l("Aide"),
    "options": _l("Réponse"),
    "item": _l("Un élément répété"),
    "text": _l("Texte"),
    "provider": _l("Qui répond"),
    "purpose": _l("Pour quoi faire"),
    "pattern_says": _l("Forme attendue"),
    "nir_basis": _l("Texte qui permet de demander le numéro"),
    "example": _l("Exemple"),
}


def distinct(names: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Key → words, with the key added to the words that several have: two links never read the same."""
    counts = Counter(words.casefold() for _key, words in names)
    return {key: f"{words} ({key})" if counts[words.casefold()] > 1 else words for key, words in names}


def say_type(kind: ConceptType | str) -> str:
    """A type in words; one that came since is shown by its code."""
    return str(TYPES.get(str(kind), str(kind)))
