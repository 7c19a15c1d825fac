"""What somebody says of themselves when they book: checked, and told apart from others by a fingerprint."""

from flask_babel import gettext as _

from portal.casework.appointments.shapes import Contact
from portal.ground.dictionary.service import ValueRefused, clean_block, clean_line, get_concept, validate
from portal.ground.errors import Invalid
from portal.ground.vault.service import fingerprint

MAX_NAME, MAX_REMARK = 200, 1_000


def checked_contact(contact: Contact, *, needed: bool) -> Contact:
    """A contact in its stored form.

    :param needed: somebody without an account: a name, and one way of writing to them.
    :raises Invalid: ``name``, ``email``, ``phone``, in French.
    """
    faults: dict[str, str] = {}
    name = clean_line(contact.name)[:MAX_NAME]
    values = {}
    for field, concept in (("email", "contact.email"), ("phone", "contact.phone")):
        try:
            values[field] = str(validate(get_concept(concept), getattr(contact, field).strip()) or "")
        except ValueRefused as refused:
            faults[field] = refused.message
    if needed and not name:
        faults["name"] = _("Écrivez votre nom et votre prénom : nous vous appellerons ainsi.")
    if needed and len(values) == 2 and not any(values.values()):
        faults["email"] = _("Donnez une adresse de courriel ou un numéro de téléphone : nous vous y préviendrons.")
    if faults:
        raise Invalid(faults)
    return Contact(name, values["email"], values["phone"])


def checked_remark(typed: str) -> str:
    """A remark.

    :raises Invalid: ``remark``: it is too long.
    """
    remark = clean_block(typed)
    if len(remark) > MAX_REMARK:
        raise Invalid({"remark": _("Écrivez %(limit)s caractères au plus.", limit=MAX_REMARK)})
    return remark


def holder_of(contact: Contact) -> str:
    """Whom an appointment without an account counts for: a keyed fingerprint of the address, else of the number."""
    return fingerprint((contact.email or contact.phone).lower(), sector="appointment_holder")
