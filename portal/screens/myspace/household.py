"""« Mon foyer » : children, partner, dependants, so that they need not be typed again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from accessibility.forms import AccessibleForm, ChoiceField, DatePartsField, SeveralField, TextLineField
from portal.ground.dictionary.service import display, get_concept
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.ground.web.access import resident_only
from portal.people.accounts.enums import MemberRelation
from portal.people.accounts.service import MemberView, declared_by, declared_labels, remove_member, save_member
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.declared import confirm_removal, make_form, refuse, show_form, trail_in

ADDRESS = "/mon-espace/foyer"
RELATIONS: Mapping[MemberRelation, LazyString] = {
    MemberRelation.CHILD: _l("Mon enfant"),
    MemberRelation.PARTNER: _l("La personne avec qui je vis en couple"),
    MemberRelation.DEPENDANT: _l("Une autre personne à ma charge"),
}
ELSEWHERE = "oui"


@blueprint.get(ADDRESS)
@resident_only
def household() -> Response:
    """Who lives with the person, as they said it."""
    return page(
        "myspace/household.html",
        title=_("Mon foyer"),
        service=_("Mon espace"),
        members=_members(),
        changed=request.args.get("change", ""),
        relations=RELATIONS,
        say_birth=say_birth,
        trail=trail_in(_("Mon foyer"), ADDRESS),
    )


@blueprint.get(f"{ADDRESS}/ajouter")
@resident_only
def new_member() -> Response:
    """An empty form."""
    return _show(_form(None, {}), None)


@blueprint.post(f"{ADDRESS}/ajouter")
@resident_only
def add_member() -> Response:
    """Add somebody."""
    return _save(None)


@blueprint.get(f"{ADDRESS}/<uuid:member_id>")
@resident_only
def edit_member(member_id: UUID) -> Response:
    """What is known of somebody, to change it."""
    return _show(_form(None, _values(_own(member_id))), member_id)


@blueprint.post(f"{ADDRESS}/<uuid:member_id>")
@resident_only
def change_member(member_id: UUID) -> Response:
    """Say it anew."""
    _own(member_id)
    return _save(member_id)


@blueprint.get(f"{ADDRESS}/<uuid:member_id>/retirer")
@resident_only
def confirm_member_removal(member_id: UUID) -> Response:
    """Ask before forgetting somebody."""
    return confirm_removal(
        title=_("Retirer cette personne ?"),
        what=_own(member_id).name,
        address=f"{ADDRESS}/{member_id}/retirer",
        back=ADDRESS,
        trail=trail_in(_("Mon foyer"), ADDRESS, _("Retirer")),
    )


@blueprint.post(f"{ADDRESS}/<uuid:member_id>/retirer")
@resident_only
def drop_member(member_id: UUID) -> Response:
    """Forget somebody."""
    remove_member(unit(), actor(), member_id)
    return redirect_to("myspace.household", change="retire")


def say_birth(member: MemberView) -> str:
    """The birth date as it is known, even in part."""
    return display(get_concept("person.birthdate"), member.facts.birthdate) if member.facts.birthdate else ""


def _members() -> tuple[MemberView, ...]:
    subject = actor().subject
    if subject is None:
        raise Forbidden("person_needed")
    return declared_by(unit(), subject).members


def _own(member_id: UUID) -> MemberView:
    found = next((one for one in _members() if one.id == member_id), None)
    if found is None:
        raise NotFound("declared_unknown")
    return found


def _values(member: MemberView) -> dict[str, Any]:
    facts = member.facts
    return {
        "relation": facts.relation.value,
        "given_names": facts.given_names,
        "family_name": facts.family_name,
        "birthdate": facts.birthdate,
        "gender": facts.gender,
        "birth_place": facts.birth_place,
        "other_home": [ELSEWHERE] if facts.other_home else [],
    }


def _form(typed: Any, values: Mapping[str, Any]) -> AccessibleForm:
    labels, gender = declared_labels(), get_concept("person.gender")
    genders = [(option.code, str(option.label)) for option in gender.options]
    controls = {
        "relation": ChoiceField(_("Qui est-ce ?"), options=[(one.value, str(text)) for one, text in RELATIONS.items()]),
        "given_names": TextLineField(
            labels["given_names"], needed=False, hint=_("Laissez vide si la personne n’a pas de prénom.")
        ),
        "family_name": TextLineField(labels["family_name"], needed=False),
        "birthdate": DatePartsField(
            labels["birthdate"], needed=False, partial=True, hint=_("L’année suffit si vous ne savez pas le jour.")
        ),
        "gender": ChoiceField(labels["gender"], needed=False, options=[*genders, ("", _("Sans réponse"))]),
        "birth_place": TextLineField(labels["birth_place"], needed=False),
        "other_home": SeveralField(
            _("Autre logement"),
            needed=False,
            options=[(ELSEWHERE, _("Vit aussi à une autre adresse, par exemple chez son autre parent"))],
        ),
    }
    return make_form(controls, typed, values)


def _save(member_id: UUID | None) -> Response:
    form = _form(request.form, {})
    raw = form.raw() | {"other_home": ELSEWHERE in (form.raw()["other_home"] or [])}
    try:
        relation = MemberRelation(str(raw.pop("relation") or ""))
        save_member(unit(), actor(), raw, relation=relation, member_id=member_id)
    except ValueError:
        sentence = _("« Qui est-ce ? » : choisissez une des réponses proposées.")
        return _refused(form, {"relation": sentence}, member_id)
    except Invalid as refused:
        return _refused(form, refused.fields, member_id)
    return redirect_to("myspace.household", change="enregistre")


def _refused(form: AccessibleForm, sentences: Mapping[str, str], member_id: UUID | None) -> Response:
    undo()
    return _show(form, member_id, full=refuse(form, sentences), status=422)


def _show(form: AccessibleForm, member_id: UUID | None, *, full: str = "", status: int = 200) -> Response:
    title = _("Modifier une personne de mon foyer") if member_id else _("Ajouter une personne à mon foyer")
    return show_form(
        form,
        title=title,
        address=f"{ADDRESS}/{member_id}" if member_id else f"{ADDRESS}/ajouter",
        back=ADDRESS,
        trail=trail_in(_("Mon foyer"), ADDRESS, _("Modifier") if member_id else _("Ajouter")),
        full=full,
        status=status,
    )
