"""A procedure that asks everything that can be asked, and answers that fit it."""

from typing import Any

from tests.portal.casework.world import document

SLUG = "essai-types"
BASE = f"/demarches/{SLUG}"


def _own(name: str, kind: str, label: str, **more: Any) -> dict[str, Any]:
    concept = f"department.{name}"
    return {
        "concept": concept,
        "name": name,
        "own": {"id": concept, "label": {"fr": label}, "type": kind},
        **more,
    }


def _option(code: str, label: str, *under: str) -> dict[str, Any]:
    return {"code": code, "label": {"fr": label}, "under": list(under)}


SPORTS = [_option("eau", "Dans l’eau"), _option("salle", "En salle")]
ACTIVITIES = [
    _option("natation", "Natation", "eau"),
    _option("aviron", "Aviron", "eau"),
    _option("judo", "Judo", "salle"),
]
STEPS: list[dict[str, Any]] = [
    {
        "slug": "foyer",
        "title": {"fr": "Votre foyer"},
        "fields": [
            {"concept": "form.information", "name": "lire", "label": {"fr": "À savoir"}, "hint": {"fr": "Lisez ceci."}},
            {"concept": "form.number", "name": "parts", "at_least": 1, "at_most": 20},
            {"concept": "form.amount", "name": "loyer", "label": {"fr": "Loyer"}},
            _own("aides", "several", "Aides reçues", options=[_option("caf", "CAF"), _option("apl", "APL")]),
            _own("apl_depuis", "date", "APL depuis", when={"field": "aides", "contains": "apl"}),
            _own("milieu", "choice", "Milieu", options=SPORTS),
            _own("activite", "choice", "Activité", options=ACTIVITIES, linked_to="milieu"),
            _own(
                "licence",
                "text",
                "Licence",
                required=False,
                pattern="[A-Z]{2}[0-9]{4}",
                pattern_says={"fr": "deux lettres majuscules et quatre chiffres."},
            ),
        ],
        "exits": [
            {
                "slug": "grand-foyer",
                "when": {"field": "parts", "at_least": 15},
                "title": {"fr": "Cette démarche n’est pas pour vous"},
                "text": {"fr": "Au-delà de quatorze personnes, le service logement vous reçoit."},
                "phone": "04 65 71 20 99",
                "link": "/demarches",
            }
        ],
    },
    {
        "slug": "lieux",
        "title": {"fr": "Les lieux"},
        "fields": [
            {"concept": "address.any", "name": "adresse"},
            {"concept": "address.commune", "name": "commune"},
            {"concept": "place.point", "name": "endroit"},
            {"concept": "household.member", "name": "proche"},
            {"concept": "association.siret", "name": "siret"},
            {"concept": "person.social_security_number", "name": "nir", "nir_basis": {"fr": "Décret d’essai."}},
        ],
    },
    {
        "slug": "enfants",
        "title": {"fr": "Vos enfants"},
        "repeat": {"name": "enfants", "item": {"fr": "un enfant"}, "at_least": 1, "at_most": 3},
        "fields": [
            {"concept": "household.child.given_names", "name": "prenom"},
            {"concept": "household.child.birthdate", "name": "naissance"},
            _own("age", "computed", "Âge", formula={"years_since": "naissance"}),
            _own("argent", "money", "Argent de poche", when={"field": "age", "at_least": 10}),
        ],
        "exits": [
            {
                "slug": "majeur",
                "when": {"field": "age", "at_least": 18},
                "title": {"fr": "Un enfant est majeur"},
                "text": {"fr": "Il fait sa demande lui-même."},
            }
        ],
    },
    {
        "slug": "compte",
        "title": {"fr": "Le compte"},
        "fields": [
            _own("nombre", "computed", "Nombre d’enfants", formula={"count": "enfants"}),
            _own("total", "money", "Total", formula={"total": ["loyer", "argent"]}),
            _own("produit", "money", "Pour tous", formula={"product": ["loyer", "parts"]}),
            {"concept": "form.declaration", "name": "honneur", "label": {"fr": "Je déclare que tout est exact"}},
        ],
    },
]
ANSWERS: dict[str, dict[str, Any]] = {
    "foyer": {
        "parts": "3",
        "loyer": "1 250,5 €",
        "aides": ["apl", "caf"],
        "apl_depuis": "1/2/2024",
        "milieu": "eau",
        "activite": "aviron",
        "licence": "AB1234",
    },
    "lieux": {
        "adresse": "12 rue des Tisserands\r\n38999 Valmont-sur-Iselle",
        "commune": "Valmont-sur-Iselle (38999)",
        "endroit": "devant l’école\n45.2, 5.7",
        "proche": "Noé Lefèvre",
        "siret": "732 829 320 00074",
        "nir": "1 85 05 78 006 084 91",
    },
    "enfants": {
        "enfants": [
            {"prenom": "Noé", "naissance": "2012-05-01", "argent": "10"},
            {"prenom": "Lina", "naissance": "2020-05-01"},
        ]
    },
    "compte": {"honneur": "oui"},
}
KEPT: dict[str, Any] = {
    "parts": "3",
    "loyer": "1250.50",
    "aides": "caf apl",
    "apl_depuis": "2024-02-01",
    "milieu": "eau",
    "activite": "aviron",
    "licence": "AB1234",
    "adresse": "12 rue des Tisserands\n38999 Valmont-sur-Iselle",
    "commune": "Valmont-sur-Iselle (38999)",
    "endroit": "devant l’école\n45.200000, 5.700000",
    "proche": "Noé Lefèvre",
    "siret": "73282932000074",
    "nir": "185057800608491",
    "enfants": [
        {"prenom": "Noé", "naissance": "2012-05-01", "age": "14", "argent": "10.00"},
        {"prenom": "Lina", "naissance": "2020-05-01", "age": "6"},
    ],
    "nombre": "2",
    "total": "1260.50",
    "produit": "3751.50",
    "honneur": True,
}


def many_kinds(**changes: Any) -> dict[str, Any]:
    """The document, with other top-level values."""
    return document(**{"slug": SLUG, "steps": STEPS, "title": {"fr": "Démarche de tous les types"}} | changes)


def flat_answers() -> dict[str, Any]:
    """What is typed, all steps together."""
    return {name: value for step in ANSWERS.values() for name, value in step.items()}
