"""« Mon foyer » : children, partner, dependants, so that they need not be typed again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from accessibility.forms import ChoiceField, DatePartsField, SeveralField, TextLineField
from portal.ground.dictionary.service import display, get_concept
from portal.ground.web import actor, page, unit
from portal.ground.web.access import resident_only
from portal.people.accounts.enums import MemberRelation
from portal.people.accounts.service import MemberView, declared_labels, remove_member, save_member
from portal.screens.myspace.blueprint import blueprint
from portal.screens.myspace.declared import Declarations, Words

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
        members=MEMBERS.every(),
        changed=request.args.get("change", ""),
        relations=RELATIONS,
        say_birth=say_birth,
        trail=MEMBERS.trail(),
    )


def say_birth(member: MemberView) -> str:
    """The birth date as it is known, even in part."""
    return display(get_concept("person.birthdate"), member.facts.birthdate) if member.facts.birthdate else ""


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


def _controls() -> Mapping[str, Any]:
    labels, gender = declared_labels(), get_concept("person.gender")
    genders = [(option.code, str(option.label)) for option in gender.options]
    return {
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


def _save(raw: dict[str, Any], member_id: UUID | None) -> None:
    relation = MemberRelation(str(raw.pop("relation") or ""))
    raw["other_home"] = ELSEWHERE in (raw["other_home"] or [])
    save_member(unit(), actor(), raw, relation=relation, member_id=member_id)


MEMBERS: Declarations[MemberView] = Declarations(
    address=ADDRESS,
    name="household",
    one="member",
    words=Words(
        _l("Mon foyer"),
        _l("Ajouter une personne à mon foyer"),
        _l("Modifier une personne de mon foyer"),
        _l("Retirer cette personne ?"),
    ),
    choice=("relation", _l("« Qui est-ce ? » : choisissez une des réponses proposées.")),
    mine=lambda declared: declared.members,
    say=lambda member: member.name,
    controls=_controls,
    values=_values,
    save=_save,
    forget=lambda member_id: remove_member(unit(), actor(), member_id),
)
MEMBERS.register(blueprint)
