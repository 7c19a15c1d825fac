"""Proposing a mandate, and going on with one: nothing opens before the person has agreed."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.casework.mandates import policy
from portal.casework.mandates.enums import Duration, EventKind, MandateState, Theme
from portal.casework.mandates.models import Mandate, MandateTheme
from portal.casework.mandates.service.codes import revocation_code, revocation_key
from portal.casework.mandates.service.rows import check_state, held_row, note, seal_content, text_of, themes_of, view_of
from portal.casework.mandates.service.telling import tell
from portal.casework.mandates.shapes import MandateView, Proposal
from portal.casework.mandates.text import as_data, hash_of, write_text
from portal.casework.receipts.codes import code_key, new_code
from portal.ground import clock
from portal.ground.db import new_id
from portal.ground.dictionary.service import clean_line
from portal.ground.errors import Forbidden, Invalid
from portal.ground.permissions import Actor
from portal.ground.vault.service import create_data_key
from portal.people.accounts.service import find_account_of, get_authority, get_department

MAX_NAME = 200


def check_proposal(typed: Mapping[str, object]) -> tuple[frozenset[Theme], Duration]:
    """What an agent chose, checked.

    :param typed: ``domaines`` (a list) and ``duree``.
    :raises Invalid: by field name, in French.
    """
    chosen = typed.get("domaines")
    wanted = {str(one) for one in chosen} if isinstance(chosen, list) else set()
    themes = frozenset(theme for theme in Theme if theme.value in wanted)
    duration = next((one for one in Duration if one.value == typed.get("duree")), None)
    errors: dict[str, str] = {}
    if not themes:
        errors["domaines"] = _("Choisissez un domaine au moins : seulement ceux dont la personne a besoin.")
    if duration is None:
        errors["duree"] = _("Choisissez jusqu’à quand le mandat est donné.")
    if errors or duration is None:
        raise Invalid(errors)
    return themes, duration


def propose_mandate(session: Session, actor: Actor, proposal: Proposal) -> MandateView:
    """Propose a mandate to a person, in the name of one of the agent's departments. It opens nothing until confirmed.

    The exact text is frozen now: its hash stays the same on the page, on paper and in the journal. The person is told.

    :raises Forbidden: no counter agent of this department, in their own name.
    :raises Invalid: ``domaines``, when there is none; ``nom``, when nothing says who the person is.
    """
    return _propose(session, actor, proposal, None)


def renew_mandate(session: Session, actor: Actor, mandate_id: UUID, duration: Duration) -> MandateView:
    """Propose to go on with an active mandate: the same themes that are left, a new term, a new agreement.

    The former one holds until the person agrees, and ends then.

    :raises NotFound: none, or another department's.
    :raises Conflict: ``mandate_moved``: it is over.
    """
    row = held_row(session, actor, mandate_id, lock=True)
    check_state(session, row, MandateState.ACTIVE)
    left = frozenset(one.theme for one in themes_of(session, [row.id])[row.id] if one.revoked_at is None)
    name = text_of(session, row).person
    made = _propose(session, actor, Proposal(row.person_id, row.department_id, left, duration, name), row.id)
    note(session, row, actor, EventKind.RENEWAL_PROPOSED, {"by": str(made.id)})
    return made


def _propose(session: Session, actor: Actor, proposal: Proposal, renews_id: UUID | None) -> MandateView:
    if actor.id is None or not policy.can_hold(actor, proposal.department_id):
        raise Forbidden("permission")
    if not proposal.themes:
        raise Invalid({"domaines": _("Choisissez un domaine au moins.")})
    row = _new_row(session, actor.id, proposal, renews_id)
    session.add(row)
    session.flush()
    session.add_all(MandateTheme(mandate_id=row.id, theme=theme) for theme in proposal.themes)
    session.flush()
    line = note(session, row, actor, EventKind.PROPOSED, _said(row, proposal.themes))
    tell(session, row, line)
    return view_of(session, row)


def _said(row: Mandate, themes: frozenset[Theme]) -> dict[str, str]:
    return {
        "themes": ",".join(sorted(theme.value for theme in themes)),
        "duration": row.duration.value,
        "text_version": row.text_version,
        "text_hash": row.text_hash,
    }


def _new_row(session: Session, agent_id: UUID, proposal: Proposal, renews_id: UUID | None) -> Mandate:
    account = find_account_of(session, proposal.person_id)
    name = account.display_name if account else clean_line(proposal.name)[:MAX_NAME]
    if not name:
        raise Invalid({"nom": _("Écrivez le nom et le prénom de la personne.")})
    at = clock.now()
    text = write_text(
        authority=get_authority(session).name,
        department=get_department(session, proposal.department_id).name,
        person=name,
        themes=proposal.themes,
        created_at=at,
        until=at + timedelta(days=proposal.duration.days),
    )
    mandate_id, key_id, check = new_id(), create_data_key(session), new_code()
    content = {"text": as_data(text), "check": check, "phone": ""}
    return Mandate(
        id=mandate_id,
        person_id=proposal.person_id,
        account_id=account.id if account else None,
        department_id=proposal.department_id,
        opened_by=agent_id,
        duration=proposal.duration,
        renews_id=renews_id,
        created_at=at,
        expires_at=text.until,
        text_version=text.version,
        text_hash=hash_of(text),
        revocation_key=revocation_key(revocation_code(mandate_id)),
        check_key=code_key(check),
        data_key_id=key_id,
        sealed=seal_content(session, mandate_id, key_id, content),
    )
