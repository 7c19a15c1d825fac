"""An officer without any code writes a procedure, page by page."""

from tests.portal.screens.builder.conftest import BASE, CRECHE, stored
from tests.support.client import Browser


def test_try(ines: Browser, draft, database) -> None:
    for path in ("", "/presentation", "/canaux", "/legal", "/envois", "/circuit", "/textes", "/yaml", "/pages/nouvelle", "/pages/accueil", "/questions/childcare_kind", "/questions/childcare_kind/donnee?q=enfant", "/pages/enfant/questions/nouvelle?propre=1", "/condition/question/childcare_days", "/condition/page/accueil?question=guardian_role", "/abandonner", "/fermer", "/supprimer"):
        page = ines.get(BASE + path, expect=200)
        print(path, len(list(page.tree.iter())))
    for path in ("/agents/demarches", "/agents/demarches/nouvelle"):
        page = ines.get(path, expect=200)
        print(path, len(list(page.tree.iter())))
