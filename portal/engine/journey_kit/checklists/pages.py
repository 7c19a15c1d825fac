"""The pages of one journey's list, under ``/<journey>/liste``. Open to anyone: see decision 0016."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accessibility.forms import AccessibleForm
from portal.casework.checklists import service as checklists
from portal.casework.checklists.policy import FURTHEST
from portal.casework.checklists.service import ChecklistView, Line, LineState, Mark
from portal.engine.journey_kit.checklists import forms, wording
from portal.engine.journey_kit.checklists.base import ListOf
from portal.engine.journey_kit.checklists.files import ChecklistFiles
from portal.ground import clock
from portal.ground.errors import Conflict, Invalid
from portal.ground.web import actor, background_unit, page, settings, take, unit
from portal.ground.web.access import public, resident_only
from portal.ground.web.limits import client_network
from portal.ground.web.pages import redirect_to_path

# Lines shown whole; the others are one line each, and open on a page of their own.
SHOWN_WHOLE = 6
PER = timedelta(minutes=5)
POSTPONE = "repousser"
PARTS = ("day", "month", "year")


class ChecklistPages(ListOf):
    """What a journey with a ``checklist.yaml`` adds: ``ChecklistPages(JOURNEY).register(blueprint)``.

    The journey's own page shows the questions (``questions``), and its address takes the answers.
    """

    def register(self, blueprint: Blueprint) -> None:
        """Add the routes to the journey's blueprint, whose ``url_prefix`` is the journey's slug."""
        one = "/liste/<key>"
        for method, rule, name, view in (
            ("POST", "", "checklist_create", self.create),
            ("GET", one, "checklist", self.show),
            ("POST", one, "checklist_act", self.act),
            ("GET", f"{one}/lignes/<line_id>", "checklist_line", self.show_line),
            ("POST", f"{one}/lignes/<line_id>", "checklist_postpone", self.postpone),
            ("GET", f"{one}/reponses", "checklist_answers", self.show_answers),
            ("POST", f"{one}/reponses", "checklist_answer", self.change_answers),
            ("POST", f"{one}/garder", "checklist_adopt", self.adopt),
            ("GET", f"{one}/effacer", "checklist_confirm", self.confirm_erasure),
            ("POST", f"{one}/effacer", "checklist_erase", self.erase),
        ):
            blueprint.add_url_rule(rule, name, view, methods=[method])
        ChecklistFiles(self.journey).register(blueprint)

    # Making one

    def questions(self) -> dict[str, Any]:
        """What ``checklists/_questions.html`` needs on the page of the journey."""
        return self._asked(forms.answer_form(self.definition, {}), self.home, _("Voir ma liste"))

    @public
    def create(self) -> Response:
        """Make the list, and go to its address."""
        with background_unit() as session:
            network = client_network(request.remote_addr)
            take(session, "checklist", network, limit=settings().sign_in_limit, per=PER)
        form, answers, errors = self._read()
        if errors:
            return self._ask_again(form)
        made = checklists.create_checklist(unit(), actor(), self.journey.slug, self.definition, answers)
        return redirect_to_path(self.address_of(made))

    # Looking at it

    @public
    def show(self, key: str) -> Response:
        """The list: the most pressing lines whole, the others in short, what is done at the end."""
        view = self.open(key)
        if isinstance(view, Response):
            return view
        if checklists.is_visit_due(view, self.definition):
            with background_unit() as session:
                checklists.note_visit(session, view, self.definition)
        lines = self.lines_of(view)
        left = [line for line in lines if line.state is not LineState.DONE]
        noted = next((line for line in lines if line.id == request.args.get("note")), None)
        return self.show_page(
            "list.html",
            self.title,
            view,
            first=left[:SHOWN_WHOLE],
            others=left[SHOWN_WHOLE:],
            over=lines[len(left) :],
            progress=checklists.progress_of(lines),
            noted=wording.say_note(noted) if noted else "",
            adopted=request.args.get("gardee") == "oui" and view.person_id is not None,
        )

    @public
    def show_line(self, key: str, line_id: str) -> Response:
        """One line: why, by when, who helps, and the day it may be put off to."""
        view = self.open(key)
        return view if isinstance(view, Response) else self._line_page(view, self.line_of(view, line_id))

    # Acting on it

    @public
    def act(self, key: str) -> Response:
        """A line is done, is to do again, or goes back to the date it had."""
        view = self.open(key)
        if isinstance(view, Response):
            return view
        done, undone, first_date = (request.form.get(name, "") for name in ("faite", "remettre", "date_prevue"))
        line = self.line_of(view, done or undone or first_date)
        postponed_to = None if first_date else view.marks.get(line.id, Mark()).postponed_to
        mark = Mark(done_on=line.done_on or clock.today() if done else None, postponed_to=postponed_to)
        checklists.mark_line(unit(), actor(), view, line.id, mark)
        return redirect_to_path(self.address_of(view), note=line.id)

    @public
    def postpone(self, key: str, line_id: str) -> Response:
        """Put a line off to another day."""
        view = self.open(key)
        if isinstance(view, Response):
            return view
        line, today = self.line_of(view, line_id), clock.today()
        typed = {part: request.form.get(f"{POSTPONE}-{part}", "")[:10] for part in PARTS}
        try:
            day = checklists.read_day(typed, _("Nouvelle date"), today, today + FURTHEST)
        except ValueError as refusal:
            return self._line_page(view, line, typed=typed, error=str(refusal))
        checklists.mark_line(unit(), actor(), view, line.id, Mark(postponed_to=day))
        return redirect_to_path(self.address_of(view), note=line.id)

    # Answering anew

    @public
    def show_answers(self, key: str) -> Response:
        """What was answered, to be changed."""
        view = self.open(key)
        return view if isinstance(view, Response) else self._answers_page(view)

    @public
    def change_answers(self, key: str) -> Response:
        """Compute the list again; what is done stays done."""
        view = self.open(key)
        if isinstance(view, Response):
            return view
        form, answers, errors = self._read()
        version = _version_sent()
        if errors:
            return self._answers_page(view, form, version=version, status=422)
        try:
            checklists.change_answers(unit(), actor(), view, self.definition, answers, version=version)
        except Conflict as conflict:
            return self._answers_page(view, form, version=conflict.theirs.version, status=409)  # type: ignore[attr-defined]  # a list
        return redirect_to_path(self.address_of(view))

    # Keeping and erasing

    @resident_only
    def adopt(self, key: str) -> Response:
        """Keep the list in the account."""
        view = self.find(key)
        checklists.adopt_checklist(unit(), actor(), view, self.definition)
        return redirect_to_path(self.address_of(view), gardee="oui")

    @public
    def confirm_erasure(self, key: str) -> Response:
        """Ask before erasing."""
        view = self.open(key)
        return view if isinstance(view, Response) else self.show_page("erase.html", _("Effacer cette liste ?"), view)

    @public
    def erase(self, key: str) -> Response:
        """Erase at once."""
        view = self.open(key)
        if isinstance(view, Response):
            return view
        checklists.erase_checklist(unit(), actor(), view)
        return redirect_to_path(self.home, efface="oui")

    # What they share

    def _read(self) -> tuple[AccessibleForm, dict[str, Any], dict[str, str]]:
        form = forms.answer_form(self.definition, {}, typed=request.form)
        answers, errors = checklists.read_answers(self.definition, forms.typed_answers(form), clock.today())
        forms.refuse(form, errors)
        return form, answers, errors

    def _asked(self, form: AccessibleForm, action: str, label: str, version: int | None = None) -> dict[str, Any]:
        return {"form": form, "errors": form.summary, "action": action, "label": label, "version": version}

    def _ask_again(self, form: AccessibleForm) -> Response:
        heading = self.title
        return page(
            "checklists/questions.html",
            title=heading,
            status=422,
            heading=heading,
            lead=self.definition.lead.get(wording.language()),
            conflict=False,
            back=self.home,
            trail=[(_("Accueil"), "/"), (str(self.journey.title), self.home), (heading, None)],
            **self._asked(form, self.home, _("Voir ma liste")),
        )

    def _answers_page(
        self, view: ChecklistView, form: AccessibleForm | None = None, *, version: int = 0, status: int = 200
    ) -> Response:
        shown, here = form or forms.answer_form(self.definition, view.answers), self.address_of(view)
        heading = _("Changer mes réponses")
        return self.show_page(
            "questions.html",
            heading,
            view,
            status,
            heading=heading,
            lead=_("Votre liste est recalculée. Ce que vous avez coché reste coché."),
            conflict=status == 409,
            back=here,
            **self._asked(shown, f"{here}/reponses", _("Mettre ma liste à jour"), version or view.version),
        )

    def _line_page(
        self, view: ChecklistView, line: Line, *, typed: Mapping[str, str] | None = None, error: str = ""
    ) -> Response:
        errors = [(POSTPONE, error)] if error else []
        status = 422 if error else 200
        return self.show_page("line.html", line.title, view, status, line=line, typed=typed or {}, errors=errors)


def _version_sent() -> int:
    """:raises Invalid: the hidden field was tampered with."""
    text = request.form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Invalid({"version": _("Rechargez la page, puis recommencez.")})
    return int(text)
