"""The texts that the departments of the sample commune start their answers from."""

from sqlalchemy.orm import Session

from portal.casework.wordings.service import WordingDraft, WordingKind, create_wording
from portal.ground.permissions import ROLE_PERMISSIONS, Actor, ActorKind, Role
from portal.people.accounts.service import list_departments

TEXTS = (
    (
        WordingKind.REJECTED,
        "Refus, avec la règle appliquée",
        (
            "Bonjour {prenom_nom},\n\nNous ne pouvons pas donner une suite favorable à votre demande « {titre} » du "
            "{date_demande}. {motif}\n\nVous pouvez la contester, au moins jusqu’au {date_recours}, devant : "
            "{voie_recours}.\n\n{service}, {telephone_service}"
        ),
    ),
    (
        WordingKind.ACCEPTED,
        "Accord",
        (
            "Bonjour {prenom_nom},\n\nVotre demande « {titre} » du {date_demande} est acceptée. {motif}\n\n"
            "{service}, {telephone_service}"
        ),
    ),
    (
        WordingKind.INFORMATION,
        "Il manque une pièce",
        (
            "Bonjour {prenom_nom},\n\nPour étudier votre demande {reference}, il nous manque : {motif}\n\n"
            "Vous pouvez l’ajouter depuis votre espace, ou la déposer au guichet. Le délai est suspendu jusque-là."
        ),
    ),
    (
        WordingKind.MESSAGE,
        "Nous avançons",
        "Bonjour {prenom_nom},\n\nVotre demande {reference} est à l’étude. Nous revenons vers vous dès que possible.",
    ),
)


def write_texts(session: Session) -> None:
    """Give each department its texts."""
    departments = list_departments(session)
    writer = Actor(
        ActorKind.SYSTEM,
        permissions=ROLE_PERMISSIONS[Role.SUPERVISOR],
        department_ids=frozenset(one.id for one in departments),
    )
    for department in departments:
        for kind, title, text in TEXTS:
            create_wording(session, writer, WordingDraft(department.id, kind, title, text))
