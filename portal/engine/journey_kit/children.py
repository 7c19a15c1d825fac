"""« Pour quel enfant ? » : a page about a child offers those who are known, and somebody else."""

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from portal.casework.catalogue.document import Step
from portal.casework.catalogue.fields import rows_in
from portal.engine.journey_kit.folder import Folder
from portal.engine.prefill.service import CHILD_FACTS, Offer, asks_child, children_left, mark_of
from portal.ground.dictionary.service import display, get_concept
from portal.people.accounts.service import KnownValue

ASKED = "enfant"


@dataclass(frozen=True, slots=True)
class ChildOffered:
    """One child to choose: ``text`` tells who, ``mark`` where it is known from; ``chosen`` when the page shows them."""

    text: str
    mark: str
    address: str
    chosen: bool


def child_asked() -> str:
    """The key of the child just chosen on the page; empty when none was."""
    return request.args.get(ASKED, "")


def children_of(folder: Folder, step: Step, address: str, number: int = 0) -> list[ChildOffered]:
    """The children who are known, for a page about one; none for any other page.

    :param number: of the item in hand, where the page is asked for each of several: who has an item is not offered
        in another.
    """
    if not asks_child(step):
        return []
    key = child_asked()
    return [
        ChildOffered(say_child(one), _mark(one), f"{address}?{ASKED}={one.key}", one.key == key)
        for one in children_left(folder.sources(), step, rows_in(step, folder.answers), number)
    ]


def fields_of_child(step: Step) -> frozenset[str]:
    """The fields that follow the child who was chosen; none while nobody was."""
    if not child_asked():
        return frozenset()
    return frozenset(field.name for field in step.fields if field.concept in CHILD_FACTS)


def say_child(offer: Offer) -> str:
    """Name, then birth date, and the other home: two brothers or two sisters are told apart."""
    child = offer.child
    name = " ".join(part for part in (child.given_names, child.family_name) if part)
    born = display(get_concept("person.birthdate"), child.birthdate) if child.birthdate else ""
    text = f"{name}, {born}" if born else name
    return _("%(child)s, vit aussi à une autre adresse", child=text) if child.other_home else text


def _mark(offer: Offer) -> str:
    return mark_of(KnownValue("", offer.source, verified=False, as_of=offer.as_of, reference=offer.reference))
