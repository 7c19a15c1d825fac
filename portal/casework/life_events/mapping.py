"""From the facts to what each organisation receives. Pure: what is shown and what is sent come from the same place."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.casework.catalogue.conditions import holds
from portal.casework.catalogue.document import Field as FormField
from portal.casework.catalogue.document import ProcedureDocument
from portal.casework.catalogue.fields import field_concept, field_name_for_errors, field_options, visible_steps
from portal.casework.life_events.declaration import Declaration, Guide, Organisation, Rule
from portal.casework.life_events.shapes import Facts, Preview, Told
from portal.ground.dictionary.service import Value, display

Answers = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation to tell, about one entry where it has some. ``key`` is its address in a page."""

    organisation: Organisation
    slot: str = ""

    @property
    def key(self) -> str:
        """``caf``, or ``ecole-2`` for the second entry."""
        return f"{self.organisation.code}-{self.slot}" if self.slot else self.organisation.code


def lines_of(declaration: Declaration, facts: Facts) -> list[Line]:
    """The organisations that the facts concern, in the order of the declaration, entry by entry."""
    lines = []
    for organisation in declaration.organisations:
        slots = sorted(facts.entries, key=int) if organisation.each else [""]
        lines += [Line(organisation, slot) for slot in slots if holds(organisation.when, facts.seen_by(slot))]
    return lines


def blocked_by(line: Line, facts: Facts) -> str:
    """Why nothing may leave for this organisation, in a sentence; empty when all may."""
    return next((str(rule.say) for rule in _true(line.organisation.blocked, facts, line.slot)), "")


def _true(rules: tuple[Rule, ...], facts: Facts, slot: str) -> list[Rule]:
    seen = facts.seen_by(slot)
    return [rule for rule in rules if holds(rule.when, seen)]


def answers_for(line: Line, document: ProcedureDocument, facts: Facts) -> Answers:
    """The answers of the procedure: a field is given the fact of its name, or the one that the mapping names.

    A fact that no field of the procedure asks goes nowhere.
    """
    seen = facts.seen_by(line.slot)
    withheld = {name for rule in _true(line.organisation.withheld, facts, line.slot) for name in rule.fields}
    answers: Answers = {}
    for _step, field in document.fields():
        if field.name in line.organisation.constants:
            answers[field.name] = line.organisation.constants[field.name]
        source = line.organisation.mapping.get(field.name, field.name)
        if source in seen and source not in withheld:
            answers[field.name] = seen[source]
    return answers


def answers_by_step(document: ProcedureDocument, answers: Mapping[str, Value]) -> list[tuple[str, Answers]]:
    """The same, page by page, as a person would give them."""
    steps = []
    for step in visible_steps(document, answers):
        names = {field.name for field in step.fields}
        steps.append((step.slug, {name: value for name, value in answers.items() if name in names}))
    return steps


def preview(line: Line, document: ProcedureDocument, facts: Facts) -> Preview:
    """Field by field, exactly what the organisation would receive now, and what is kept from it."""
    answers = answers_for(line, document, facts)
    told = tuple(_told(field, answers[field.name]) for _step, field in document.fields() if field.name in answers)
    return Preview(told, tuple(str(rule.say) for rule in _true(line.organisation.withheld, facts, line.slot)))


def _told(field: FormField, value: Value) -> Told:
    text = display(field_concept(field), value, options=field_options(field))
    return Told(field.name, field_name_for_errors(field), text)


def guides_for(declaration: Declaration, facts: Facts) -> list[Guide]:
    """What the person does by themselves, given the facts, in the order of the declaration."""
    seen: Answers = dict(facts.common)
    if declaration.entry is not None and facts.entries:
        seen[declaration.entry.name] = str(len(facts.entries))
    return [guide for guide in declaration.guides if holds(guide.when, seen)]


def entry_label(declaration: Declaration, facts: Facts, slot: str) -> str:
    """How people call an entry: « Nour », for example."""
    entry = declaration.entry
    if entry is None:
        return ""
    values = facts.entries.get(slot, {})
    return " ".join(str(values[name]) for name in entry.label_fields if values.get(name)) or str(entry.removed)


def title_of(declaration: Declaration, line: Line, facts: Facts) -> str:
    """What telling this organisation is about, with the name of the entry in place of ``{entry}``."""
    label = entry_label(declaration, facts, line.slot)
    if line.slot and line.slot not in facts.entries:
        return f"{line.organisation.name}, {label}"
    return str(line.organisation.title).replace("{entry}", label)
