"""Checking a paper from its code: open to anyone, and silent about all that the paper does not show."""

import hashlib
from datetime import timedelta

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.mandates.service import verify_attestation
from portal.casework.mandates.wording import TAGS
from portal.casework.receipts.service import VerifiedPaper, verify_paper
from portal.casework.receipts.wording import KINDS
from portal.ground.dictionary.service import clean_line
from portal.ground.web import background_unit, page, settings, take, unit
from portal.ground.web.access import public
from portal.ground.web.limits import client_network

PER = timedelta(minutes=5)
MAX_CODE = 60
FIELD = "code"


@public
def form() -> Response:
    """Where a code is typed; a scanned one is there already. Nothing is looked up before the button is pressed."""
    return _show(typed=_cut(request.args.get(FIELD, "")))


@public
def answer() -> Response:
    """Whether a paper bears this code, and whether a file is the one that was issued."""
    with background_unit() as session:
        take(session, "paper", client_network(request.remote_addr), limit=settings().sign_in_limit, per=PER)
    typed = _cut(request.form.get(FIELD, ""))
    found = verify_paper(unit(), typed) or verify_attestation(unit(), typed)
    if found is None:
        return _show(typed=typed, errors=[(FIELD, _say_unknown(typed))], status=422)
    return _show(typed=typed, found=found, same_file=_compare(found))


def _cut(text: str) -> str:
    return clean_line(text)[:MAX_CODE]


def _say_unknown(typed: str) -> str:
    if not typed:
        return _("Écrivez le code de vérification : il est imprimé à la fin du document.")
    return _(
        "Aucun document émis ici ne porte ce code. Relisez chaque caractère. "
        "Si le code est bien celui du document, ce document n’est pas authentique."
    )


def _compare(found: VerifiedPaper) -> bool | None:
    """Whether the file sent is the one we issued, byte for byte; None when no file was sent."""
    sent = request.files.get("fichier")
    content = sent.read() if sent is not None else b""
    return hashlib.sha256(content).hexdigest() == found.file_hash if content else None


def _show(
    *,
    typed: str,
    found: VerifiedPaper | None = None,
    same_file: bool | None = None,
    errors: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> Response:
    here = _("Vérifier un document")
    return page(
        "pages/verification.html",
        title=_("Document authentique") if found else here,
        status=status,
        heading=here,
        typed=typed,
        found=found,
        kinds=KINDS,
        standings={state.value: words for state, words in TAGS.items()},
        same_file=same_file,
        errors=errors or [],
        max_code=MAX_CODE,
        trail=[(_("Accueil"), "/"), (here, None)],
    )


def register(blueprint: Blueprint) -> None:
    """Add the views to the public pages' blueprint."""
    blueprint.get("/verifier", endpoint="verification")(form)
    blueprint.post("/verifier", endpoint="verify")(answer)
