"""Receiving a file that answers a question, on whichever page it is asked."""

from datetime import timedelta

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.fields import field_accepts
from portal.casework.documents import service as documents
from portal.casework.documents.enums import Refusal
from portal.casework.documents.policy import takes_files
from portal.casework.documents.service import Received, Refused, StorageFull
from portal.ground.errors import Busy, Conflict
from portal.ground.permissions import Actor
from portal.ground.web import actor, background_unit, settings, take, undo

# Twice what is kept of a file, so that one that is too large is told so on its own page.
MAX_BODY = 20 * 1024 * 1024
PER_HOUR = 60


def receive_file(field: FormField, sent: FileStorage | None, sender: Actor | None = None) -> Received:
    """Examined and scanned while no unit is open: a slow scanner must not keep others from writing.

    :param sender: who sends it, where it is not who is signed in.
    :raises Refused: empty, or not what is taken.
    :raises Conflict: ``files_not_taken``.
    :raises Busy: too many files from this person within the hour.
    """
    undo()
    if not takes_files(settings()):
        raise Conflict("files_not_taken")
    who = sender or actor()
    with background_unit() as session:
        take(session, "upload", str(who.id or who.subject), limit=PER_HOUR, per=timedelta(hours=1))
    if sent is None or not sent.filename:
        raise Refused(Refusal.EMPTY)
    return documents.receive(
        sent.stream,
        name=sent.filename,
        declared=sent.mimetype,
        accepts=field_accepts(field),
        scanner=documents.scanner_of(settings()),
    )


def say_trouble(trouble: Busy | StorageFull | Conflict) -> str:
    """Why a file could not be taken, and what to do."""
    if trouble.code == "files_not_taken":
        return _(
            "Ce portail ne prend pas encore de fichiers. Donnez ce document au service, au guichet ou par courrier."
        )
    if trouble.code == "wallet_full":
        return _("Vous gardez déjà cent documents. Supprimez ceux qui ne servent plus dans « Mes documents ».")
    if trouble.code == "draft_changed":
        return _("Vos réponses ont changé dans une autre fenêtre. Vérifiez de qui il s’agit, puis recommencez.")
    if trouble.code == "rate_upload":
        return _("Vous avez envoyé beaucoup de fichiers. Attendez quelques minutes, puis ajoutez celui-ci.")
    return _(
        "Nous ne pouvons pas prendre ce fichier pour l’instant. Vos réponses sont gardées : réessayez dans un moment."
    )
