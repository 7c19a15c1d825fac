"""What « Mon foyer » and « Mes adresses » share: what is declared is listed, added, changed, removed alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from flask import Blueprint, request
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from accessibility.forms import AccessibleForm, build_form
from portal.ground.errors import Forbidden, Invalid, NotFound
from portal.ground.web import actor, page, redirect_to, undo, unit
from portal.ground.web.access import resident_only
from portal.people.accounts.service import Declared, declared_by

Trail = list[tuple[str, str | None]]


class Entry(Protocol):
    """Somebody or somewhere that was declared."""

    @property
    def id(self) -> UUID:
        """By which it is named in addresses."""


T = TypeVar("T", bound=Entry)


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages of one list are called. ``removing`` asks whether to forget."""

    title: LazyString
    adding: LazyString
    changing: LazyString
    removing: LazyString


@dataclass(frozen=True, slots=True)
class Declarations(Generic[T]):
    """One list of declarations and its pages.

    ``name`` is that of the list's own page and ``one`` what its other pages are about, in endpoints; ``choice`` is the
    control that says what is declared, with the sentence that asks for it; ``form`` takes what was typed, else what is
    known; ``save`` takes raw values and the id of what is said anew, and raises ``ValueError`` for a wrong choice.
    """

    address: str
    name: str
    one: str
    words: Words
    choice: tuple[str, LazyString]
    mine: Callable[[Declared], tuple[T, ...]]
    say: Callable[[T], str]
    controls: Callable[[], Mapping[str, Any]]
    values: Callable[[T], Mapping[str, Any]]
    save: Callable[[dict[str, Any], UUID | None], None]
    forget: Callable[[UUID], None]

    def every(self) -> tuple[T, ...]:
        """What the person declared.

        :raises Forbidden: nobody is acted for.
        """
        subject = actor().subject
        if subject is None:
            raise Forbidden("person_needed")
        return self.mine(declared_by(unit(), subject))

    def trail(self, here: str | None = None) -> Trail:
        """The way to the list, or to a page below it."""
        start: Trail = [(_("Accueil"), "/"), (_("Mon espace"), "/mon-espace")]
        title = str(self.words.title)
        return [*start, (title, None)] if here is None else [*start, (title, self.address), (here, None)]

    def new(self) -> Response:
        """An empty form."""
        return self._show(self._form(None, {}), None)

    def add(self) -> Response:
        """Declare one more."""
        return self._keep(None)

    def edit(self, declared_id: UUID) -> Response:
        """What is known, to change it."""
        return self._show(self._form(None, self.values(self._own(declared_id))), declared_id)

    def change(self, declared_id: UUID) -> Response:
        """Say it anew."""
        self._own(declared_id)
        return self._keep(declared_id)

    def confirm(self, declared_id: UUID) -> Response:
        """Ask before forgetting."""
        return page(
            "myspace/declaration_remove.html",
            title=str(self.words.removing),
            service=_("Mon espace"),
            what=self.say(self._own(declared_id)),
            address=f"{self.address}/{declared_id}/retirer",
            back=self.address,
            trail=self.trail(_("Retirer")),
        )

    def drop(self, declared_id: UUID) -> Response:
        """Forget it."""
        self.forget(declared_id)
        return redirect_to(f"myspace.{self.name}", change="retire")

    def register(self, blueprint: Blueprint) -> None:
        """Add every page but the list's own to the blueprint."""
        there, where = f"{self.address}/ajouter", f"{self.address}/<uuid:declared_id>"
        gone = f"{where}/retirer"
        blueprint.get(there, endpoint=f"new_{self.one}")(resident_only(_view(self.new)))
        blueprint.post(there, endpoint=f"add_{self.one}")(resident_only(_view(self.add)))
        blueprint.get(where, endpoint=f"edit_{self.one}")(resident_only(_view(self.edit)))
        blueprint.post(where, endpoint=f"change_{self.one}")(resident_only(_view(self.change)))
        blueprint.get(gone, endpoint=f"confirm_{self.one}_removal")(resident_only(_view(self.confirm)))
        blueprint.post(gone, endpoint=f"drop_{self.one}")(resident_only(_view(self.drop)))

    def _own(self, declared_id: UUID) -> T:
        found = next((one for one in self.every() if one.id == declared_id), None)
        if found is None:
            raise NotFound("declared_unknown")
        return found

    def _form(self, typed: Any, values: Mapping[str, Any]) -> AccessibleForm:
        made: AccessibleForm = build_form(self.controls())(typed, data=dict(values))
        return made

    def _keep(self, declared_id: UUID | None) -> Response:
        form = self._form(request.form, {})
        try:
            self.save(dict(form.raw()), declared_id)
        except ValueError:
            name, sentence = self.choice
            return self._refused(form, {name: str(sentence)}, declared_id)
        except Invalid as refused:
            return self._refused(form, refused.fields, declared_id)
        return redirect_to(f"myspace.{self.name}", change="enregistre")

    def _refused(self, form: AccessibleForm, sentences: Mapping[str, str], declared_id: UUID | None) -> Response:
        """Each sentence goes to its control; the one that has none is about the whole list."""
        undo()
        form.refuse({name: sentence for name, sentence in sentences.items() if name})
        return self._show(form, declared_id, full=sentences.get("", ""), status=422)

    def _show(self, form: AccessibleForm, declared_id: UUID | None, *, full: str = "", status: int = 200) -> Response:
        return page(
            "myspace/declaration.html",
            title=str(self.words.changing if declared_id else self.words.adding),
            status=status,
            service=_("Mon espace"),
            form=form,
            errors=form.summary,
            address=f"{self.address}/{declared_id}" if declared_id else f"{self.address}/ajouter",
            back=self.address,
            full=full,
            trail=self.trail(_("Modifier") if declared_id else _("Ajouter")),
        )


def _view(method: Callable[..., Response]) -> Callable[..., Response]:
    """A function of its own for each page: an access declaration is written on it, which a method cannot carry."""

    def view(**named: UUID) -> Response:
        return method(**named)

    return view
