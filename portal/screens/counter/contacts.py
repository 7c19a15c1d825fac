"""« Échanges » : calls, visits and letters of the department: noted, joined to a person, answered."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.casework.catalogue.service import list_published
from portal.casework.contacts import service as contacts
from portal.casework.contacts.enums import AnswerWay, ContactState
from portal.casework.contacts.policy import CONTACT_KEPT
from portal.casework.contacts.service import ContactFacts, ContactView, Place
from portal.casework.contacts.wording import MEDIA, REPLIED, STATES, WAYS
from portal.casework.documents import service as documents
from portal.casework.documents.policy import takes_files
from portal.casework.documents.service import Refused, StorageFull
from portal.casework.documents.wording import REFUSALS
from portal.casework.openings import service as openings
from portal.casework.openings.policy import IDLE
from portal.casework.openings.service import OpeningClosed, OpeningView
from portal.ground import clock
from portal.ground.errors import Busy, Conflict, Forbidden, Invalid
from portal.ground.permissions import Permission
from portal.ground.web import actor, background_unit, page, redirect_to, settings, undo, unit
from portal.ground.web.access import agent_only
from portal.ground.web.formats import format_date
from portal.ground.web.sent import read_day, version_sent
from portal.ground.web.uploads import takes_file
from portal.people.accounts.service import list_departments
from portal.screens.counter.answer_letters import show_letter
from portal.screens.counter.blueprint import blueprint
from portal.screens.counter.persons import FILE, address_of, enter_file, show_closed
from portal.screens.counter.queries import agent_names
from portal.screens.counter.scans import MAX_BODY, SCAN_CONCEPT, SCAN_EXTENSIONS, receive_scan
from portal.screens.counter.searching import lock_after, may_find
from portal.screens.pages.wording import THEMES, say_theme

LOG = "/agents/contacts"
ONE = "/contacts/<uuid:contact_id>"
OTHER_THEME = "autre"
NAMES = ("moyen", "service", "theme", "mots", "reponse", "nom", "contact")
MAX_REFERENCE = 40
VIEWS = ("a-repondre", "repondus", "a-poster")
may_keep = agent_only(Permission.CONTACTS_KEEP)


@blueprint.get("/contacts")
@may_keep
def contact_list() -> Response:
    """The log of the agent's departments, one view at a time; or the one whose reference somebody says."""
    sought = request.args.get("reference", "").strip()[:MAX_REFERENCE]
    found = contacts.find_by_reference(unit(), actor(), sought) if sought else None
    if found is not None:
        return redirect_to("counter.contact", contact_id=found)
    view = request.args.get("vue", "")
    view = view if view in VIEWS else VIEWS[0]
    after = _read_place(request.args.get("apres", ""), answered=view != VIEWS[0])
    shown = contacts.list_contacts(
        unit(), actor(), answered=view == "repondus", to_post=view == "a-poster", after=after
    )
    here = f"{LOG}?vue={view}"
    return page(
        "counter/contacts.html",
        title=_("Échanges"),
        service=_("Agents"),
        contacts=shown.contacts,
        figures=contacts.count_contacts(unit(), actor()),
        view=view,
        sought=sought,
        departments=_departments(),
        media=MEDIA,
        states=STATES,
        ways=WAYS,
        replied=REPLIED,
        say_theme=_say_theme,
        first=here if after else None,
        next=f"{here}&apres={shown.next.at}.{shown.next.id}" if shown.next else None,
        done=request.args.get("fait", ""),
    )


def _read_place(token: str, *, answered: bool) -> Place | None:
    """Where a page starts; None, hence the first page, when the address was altered."""
    at, _dot, row_id = token.partition(".")
    fits = at.isascii() and at.isdigit() and len(at) <= 17 if answered else read_day(at) is not None
    try:
        return Place(at, UUID(row_id)) if fits else None
    except ValueError:
        return None


def _departments() -> dict[UUID, str]:
    mine = actor().department_ids
    return {one.id: one.name for one in list_departments(unit()) if one.id in mine}


def _themes() -> dict[str, str]:
    used = sorted({one.theme for one in list_published(unit(), None)} | set(THEMES), key=say_theme)
    return {**{theme: say_theme(theme) for theme in used}, OTHER_THEME: _("Autre chose")}


def _say_theme(theme: str) -> str:
    return _("Autre chose") if theme == OTHER_THEME else say_theme(theme)


@blueprint.get("/contacts/nouveau")
@may_keep
def new_contact() -> Response:
    """What came from somebody whose file is not open."""
    return _form({}, None)


@blueprint.get(f"{FILE}/echange")
@may_find
def file_contact(opening_id: UUID) -> Response:
    """What came from the person whose file is open."""
    opened = enter_file(opening_id)
    return opened if isinstance(opened, Response) else _form({}, opened)


def _form(typed: Mapping[str, Any], opened: OpeningView | None, errors: Mapping[str, str] | None = None) -> Response:
    errors, base = errors or {}, address_of(opened.id) if opened else LOG
    today = clock.today()
    response = page(
        "counter/contact_form.html",
        title=_("Noter un échange"),
        status=422 if errors else 200,
        service=_("Agents"),
        typed=typed,
        day=typed.get("jour") or {"day": today.day, "month": today.month, "year": today.year},
        errors=list(errors.items()),
        sentences=errors,
        opened=opened,
        action=f"{base}/echange" if opened else f"{LOG}/nouveau",
        back=base,
        media=[(one.value, str(text)) for one, text in MEDIA.items()],
        ways=[(one.value, str(text)) for one, text in WAYS.items() if opened or one is not AnswerWay.SPACE],
        themes=list(_themes().items()),
        departments=[(str(one), name) for one, name in _departments().items()],
        trail=[(_("Échanges"), LOG), (_("Noter un échange"), None)],
    )
    return lock_after(response, base, minutes=IDLE) if opened else response


@blueprint.post("/contacts/nouveau")
@may_keep
def log_new_contact() -> Response:
    """Keep it, joined to nobody yet."""
    return _log(None)


@blueprint.post(f"{FILE}/echange")
@may_find
def log_file_contact(opening_id: UUID) -> Response:
    """Keep it in the file that is open, when the identity of the person was checked."""
    try:
        return _log(openings.hold_opening(unit(), actor(), opening_id))
    except OpeningClosed as closed:
        undo()
        return show_closed(closed.why) if closed.why else redirect_to("counter.locked", opening_id=opening_id)


def _log(opened: OpeningView | None) -> Response:
    typed: dict[str, Any] = {name: request.form.get(name, "") for name in NAMES}
    typed["jour"] = {part: request.form.get(f"jour-{part}", "") for part in ("day", "month", "year")}
    try:
        facts = _checked(typed, opened)
    except Invalid as refused:
        undo()
        return _form(typed, opened, refused.fields)
    kept = contacts.log_contact(
        unit(),
        actor(),
        facts,
        person_id=opened.person_id if opened else None,
        proof=opened.identity_check if opened else None,
        opening_id=opened.id if opened else None,
    )
    return redirect_to("counter.contact", contact_id=kept.id, fait="note")


def _checked(typed: Mapping[str, Any], opened: OpeningView | None) -> ContactFacts:
    joined = opened is not None and opened.identity_check is not None
    return contacts.check_contact(typed, departments=_departments(), themes=_themes(), joined=joined)


@blueprint.get(ONE)
@may_keep
def contact(contact_id: UUID) -> Response:
    """One contact: what was said, its scans, its answer; the person whose it is reads that it was opened."""
    view = _read(contact_id)
    return _show(view)


def _read(contact_id: UUID) -> ContactView:
    """A contact, in a unit of its own, before any other is open: that it was read is kept whatever comes next."""
    with background_unit() as journal:
        return contacts.get_contact(journal, actor(), contact_id, journal=journal)


def _show(
    view: ContactView, errors: list[tuple[str, str]] | None = None, status: int = 200, *, notice: str = ""
) -> Response:
    ways = _ways(view)
    if len(ways) < 2:  # nothing to choose: what is said of it is said at the words
        errors = [("texte" if name == "reponse" else name, sentence) for name, sentence in errors or []]
    found = documents.documents_by_id(unit(), view.holder_id, view.scans)
    waits = view.state is ContactState.TO_ANSWER
    return page(
        "counter/contact.html",
        title=_("Échange du %(day)s", day=_date(view)),
        status=status,
        service=_("Agents"),
        contact=view,
        departments=_departments(),
        names=agent_names(unit(), {one for one in (view.logged_by, view.answered_by) if one}),
        scans=[found[one] for one in view.scans if one in found],
        media=MEDIA,
        states=STATES,
        replied=REPLIED,
        ways=ways,
        notice=notice,
        typed={name: request.form.get(name, "") for name in ("reponse", "texte")},
        waits=waits,
        may_enter=actor().can(Permission.REQUESTS_ENTER) and waits,
        may_join=actor().can(Permission.PERSONS_FIND) and view.person_id is None,
        file=openings.find_open(unit(), actor()) if view.person_id is None else None,
        accept=SCAN_EXTENSIONS,
        open=takes_files(settings()),
        say_theme=_say_theme,
        errors=errors or [],
        done=request.args.get("fait", ""),
        trail=[(_("Échanges"), LOG), (_("Échange du %(day)s", day=_date(view)), None)],
    )


def _date(view: ContactView) -> str:
    return format_date(view.facts.occurred_on)


def _ways(view: ContactView) -> list[tuple[str, str]]:
    """How it may be answered: as the person asked, or in the space of a person it is joined to."""
    open_ways = [view.facts.answer_by] if view.facts.answer_by is not AnswerWay.NONE else []
    if view.person_id is not None and AnswerWay.SPACE not in open_ways:
        open_ways.append(AnswerWay.SPACE)
    return [(one.value, str(WAYS[one])) for one in open_ways]


def _again(contact_id: UUID, errors: list[tuple[str, str]], status: int, *, notice: str = "") -> Response:
    """The page of a refused act, with what was typed."""
    undo()
    response = _show(_read(contact_id), errors, status, notice=notice)
    if status in {429, 503}:
        response.headers["Retry-After"] = "60"
    return response


def _changed(contact_id: UUID) -> Response:
    """A colleague was faster: where the contact stands now."""
    return _again(contact_id, [], 409, notice="changed")


@blueprint.post(f"{ONE}/repondre")
@may_keep
def answer_contact(contact_id: UUID) -> Response:
    """Keep the answer and have it leave."""
    way, text = request.form.get("reponse", ""), request.form.get("texte", "")
    try:
        contacts.answer_contact(unit(), actor(), contact_id, version=version_sent(), way=way, text=text)
    except Invalid as refused:
        return _again(contact_id, list(refused.fields.items()), 422)
    except Conflict:
        return _changed(contact_id)
    return redirect_to("counter.contact", contact_id=contact_id, fait="repondu")


@blueprint.post(f"{ONE}/rattacher")
@may_find
def join_contact(contact_id: UUID) -> Response:
    """Join it to the person whose file is open and whose identity was checked."""
    opened = openings.find_open(unit(), actor())
    try:
        held = openings.hold_opening(unit(), actor(), opened.id) if opened else None
        if held is None:
            return _not_open(contact_id)
        contacts.join_contact(unit(), actor(), contact_id, held, version=version_sent())
    except (Forbidden, OpeningClosed):
        return _not_open(contact_id)
    except Conflict:
        return _changed(contact_id)
    return redirect_to("counter.person", opening_id=held.id, fait="rattache")


def _not_open(contact_id: UUID) -> Response:
    """No file is open, or nobody checked who the person is."""
    return _again(contact_id, [], 409, notice="not_open")


def add_contact_scan(contact_id: UUID) -> Response:
    """Examine a scan, keep it, join it. What cannot be read is refused in the words of any document."""
    try:
        received = receive_scan(request.files.get("fichier"))
        keeper, store = contacts.keeper(actor(), _read(contact_id)), documents.store_of(settings())
        kept = documents.keep(unit(), store, keeper, received, concept=SCAN_CONCEPT, unused_for=CONTACT_KEPT)
        contacts.add_scan(unit(), actor(), contact_id, kept.id)
    except Refused as refused:
        return _again(contact_id, [("fichier", str(REFUSALS[refused.code]))], 422)
    except Invalid as refused:
        return _again(contact_id, list(refused.fields.items()), 422)
    except (Busy, StorageFull, Conflict) as trouble:
        sentence = _("Nous ne pouvons pas prendre ce fichier pour l’instant. Réessayez dans un moment.")
        return _again(contact_id, [("fichier", sentence)], trouble.status)
    return redirect_to("counter.contact", contact_id=contact_id, fait="numerise")


blueprint.post(f"{ONE}/original", endpoint="add_contact_scan")(takes_file(MAX_BODY)(may_keep(add_contact_scan)))


@blueprint.get(f"{ONE}/lettre")
@may_keep
def contact_letter(contact_id: UUID) -> Response:
    """The answer as a letter, to be printed and posted."""
    view = _read(contact_id)
    here = f"{LOG}/{view.id}"
    trail = [(_("Échanges"), LOG), (_("Échange du %(day)s", day=_date(view)), here)]
    return show_letter(contacts.letter_of(view), (_("Revenir à l’échange"), here), trail)


@blueprint.post(f"{ONE}/poste")
@may_keep
def post_contact_letter(contact_id: UUID) -> Response:
    """Somebody posted the printed answer, today."""
    try:
        contacts.mark_letter_posted(unit(), actor(), contact_id, version=version_sent(), on=clock.today())
    except Conflict:
        return _changed(contact_id)
    return redirect_to("counter.contact_list", vue="a-poster", fait="poste")
