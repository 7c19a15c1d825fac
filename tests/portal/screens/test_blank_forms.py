"""The blank form of a procedure, as a page and as a file."""

from flask import Flask

from portal.casework.blank_forms import service as blank_forms
from portal.casework.blank_forms.jobs import print_waiting
from portal.casework.catalogue.service import list_published
from portal.ground.db import Database
from tests.support.client import Browser
from tests.support.town import counted

SLUG = "carte-mediatheque"
FORM = f"/demarches/{SLUG}/formulaire"


def test_a_form_is_read_then_downloaded(app: Flask, visitor: Browser, database: Database) -> None:
    assert visitor.get(f"/demarches/{SLUG}").links()["Imprimer le formulaire pour le remplir à la main"] == FORM
    page = visitor.get(FORM, state="waiting")
    assert "sera prêt" in page.text
    assert "1. Nom de naissance" in page.text
    waiting = visitor.get(f"{FORM}.pdf", 503, state="not ready")
    assert "Nous préparons le fichier PDF" in waiting.text
    assert "1. Nom de naissance" in waiting.text, "the same content meanwhile"
    with app.app_context(), database.reading() as session:
        ids = {one.slug: one.id for one in list_published(session)}
        [order] = [one for one in blank_forms.waiting_forms(session, limit=99) if one.procedure_id == ids[SLUG]]
    with database.writing() as session:
        blank_forms.keep_form(session, order, blank_forms.print_order(order))
    with counted(database) as statements:
        page = visitor.get(FORM, state="ready")
    assert len(statements) <= 3
    link = next(address for words, address in page.links().items() if words.startswith("Télécharger en PDF"))
    file = visitor.get(link)
    assert file.response.headers["Content-Type"] == "application/pdf"
    assert file.response.data.startswith(b"%PDF-")
    visitor.get("/demarches/inconnue/formulaire", 404)
    visitor.get("/demarches/inconnue/formulaire.pdf", 404)
    assert callable(print_waiting)


def test_the_longest_forms_stay_light(visitor: Browser, database: Database) -> None:
    with database.reading() as session:
        slugs = [one.slug for one in list_published(session)]
    sizes = {slug: sum(1 for _ in visitor.get(f"/demarches/{slug}/formulaire").tree.iter()) for slug in slugs}
    assert {slug: size for slug, size in sizes.items() if size > 230} == {}
