"""Mandates on screen: proposed, proved, used, read by the person, stopped by whoever may."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, text

from portal.app import connections_of, create_app
from portal.casework.assistance import service as assistance
from portal.casework.catalogue.service import get_published
from portal.casework.mandates import service as mandates
from portal.casework.mandates.enums import Duration, IdentityDocument, Theme
from portal.casework.mandates.models import MandateConsent
from portal.casework.mandates.service import MandateView, Proposal
from portal.casework.mandates.service.codes import revocation_code, sms_code
from portal.casework.requests import service as requests
from portal.casework.requests.models import ServiceRequest
from portal.engine.exchanges.mandates import MakeAttestation, SendMandateCode
from portal.engine.exchanges.outcomes import NoLongerNeeded
from portal.ground import clock
from portal.ground.db import Database
from portal.ground.permissions import Role
from portal.ground.settings import ConnectionSettings, Settings
from portal.people.accounts.service import provision_agent, set_agent_departments
from portal.records.outbox import service as outbox
from tests.support.client import Browser, Page
from tests.support.files import pdf, photo
from tests.support.town import Town, counted, sent_request
from tests.support.walking import fill_step

LIST, MINE = "/agents/guichet/mandats", "/mon-espace/mandats"
CARD = "/demarches/carte-mediatheque"
ONLINE = {"domaines": ["loisirs"], "duree": "31"}


@pytest.fixture
def app(settings: Settings, database: Database, town: Town) -> Flask:
    """The portal, with an operator for text messages; nobody answers at the other end."""
    operator = ConnectionSettings(
        connector="sms", title="SMS", options={"base_url": "https://sms.exemple.example", "sender": "VALMONT"}
    )
    made = create_app(settings.model_copy(update={"connections": {"sms": operator}}), database, propagate=True)
    with database.reading() as session:
        get_published(session, "carte-mediatheque")
    return made


def code_of_draft(angela: Browser) -> str:
    """Angela answers the first step and asks for a code."""
    fill_step(angela, angela.post(f"{CARD}/commencer").location)
    angela.post(f"{CARD}/ailleurs", {"acte": "creer"})
    found = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", angela.get(f"{CARD}/ailleurs").text)
    assert found
    return found.group()


def form_for(karim: Browser, angela: Browser) -> tuple[Page, dict[str, str]]:
    """The form of a proposal to Angela, and what it carries."""
    shown = karim.follow(karim.post(LIST, {"code": code_of_draft(angela)}))
    return shown, shown.form(f"{LIST}/proposer")


def proposed(database: Database, town: Town, *themes: Theme, duration: Duration = Duration.MONTH) -> MandateView:
    karim = town.agent(town.commune.agents["k.haddad"])
    about = Proposal(
        town.angela.person_id, next(iter(karim.department_ids)), frozenset(themes or {Theme.LEISURE}), duration
    )
    with database.writing() as session:
        return mandates.propose_mandate(session, karim, about)


def given(database: Database, town: Town, *themes: Theme, duration: Duration = Duration.MONTH) -> MandateView:
    made = proposed(database, town, *themes, duration=duration)
    karim = town.agent(town.commune.agents["k.haddad"])
    with database.writing() as session:
        return mandates.confirm_present(session, karim, made.id, IdentityDocument.CARD)


def test_a_mandate_is_given_at_the_desk_used_and_stopped(
    angela: Browser, karim: Browser, sign_in: Callable[..., Browser], town: Town, app: Flask, database: Database
) -> None:
    assert "Aucun mandat ici" in karim.get(LIST, state="empty").text
    assert "8 lettres" in karim.post(LIST, {"code": "BCDF"}, 422, state="error").text
    assert "n’ouvre aucun brouillon" in karim.post(LIST, {"code": "BCDF-GHJK"}, 422).text
    shown, form = form_for(karim, angela)
    assert "Angela" in shown.text
    assert "24 août 1962" in shown.text
    karim.get(f"{LIST}/proposer?personne={form['personne']}", state="plain")
    karim.get(f"{LIST}/proposer?personne=faux", 404)
    refused = karim.post(f"{LIST}/proposer", {"personne": form["personne"], "duree": "31"}, 422, state="error")
    assert "Choisissez un domaine" in refused.text
    assert refused.all("input", value="31", checked="checked") or 'value="31" checked' in refused.html
    sent = karim.post(
        f"{LIST}/proposer", {"personne": form["personne"], **ONLINE, "preuve": "present", "piece": "card"}
    )
    base = sent.location.partition("?")[0]
    card = karim.follow(sent, state="active")
    assert "Le mandat est actif" in card.text
    assert "carte d’identité" in karim.get(f"{base}/attestation", state="plain").text
    assert "Angela" in karim.get(LIST, state="plain").text
    held = re.search(r'name="brouillon" value="([^"]+)"', card.html)
    assert held
    opened = karim.post(f"{base}/ouvrir", {"brouillon": held[1]})
    step = karim.get(karim.get(opened.location, 303).location, 303).location
    assert "Vous aidez Angela" in karim.get(step).text
    mandate_id = base.rsplit("/", 1)[1]
    told = angela.get(f"{MINE}/{mandate_id}", state="used").text
    assert re.search(r"Karim Haddad, [^.]*France Services[^.]*, a ouvert un brouillon", told)
    angela.get(f"{MINE}/{mandate_id}/attestation", state="plain")
    assert "immédiat" in angela.get(f"{MINE}/{mandate_id}/arreter", state="plain").text
    before = angela.get(CARD).text
    stopped = angela.follow(angela.post(f"{MINE}/{mandate_id}/arreter", {}), state="stopped")
    assert "Plus personne n’agit" in stopped.text
    closed = karim.get(step, 409).text
    assert "Le mandat ne permet plus" in closed
    assert "n’est pas enregistré" in karim.post(step, {"contact_email": "x@exemple.example"}, 409).text
    assert angela.get(CARD).text == before
    assert "Arrêté par la personne" in karim.get(f"{base}?x=1", state="stopped").text
    assert "Angela" in karim.get(f"{LIST}?vue=finis", state="ended").text
    karim.post(f"{base}/ouvrir", {"brouillon": held[1]}, 404)
    read = angela.get("/mon-espace/consultations").text
    for words in ("Mandat proposé", "Acte fait en votre nom", "Vos démarches affichées, sous votre mandat"):
        assert words in read
    karim.get(f"{base}/arreter", state="plain")


def test_the_code_read_on_a_telephone_confirms(
    karim: Browser, angela: Browser, town: Town, database: Database, app: Flask
) -> None:
    _shown, form = form_for(karim, angela)
    by_sms = {"personne": form["personne"], **ONLINE, "preuve": "sms"}
    assert "mobile" in karim.post(f"{LIST}/proposer", {**by_sms, "numero": "04 65 71 20 21"}, 422).text
    sent = karim.post(f"{LIST}/proposer", {**by_sms, "numero": "06 39 98 01 02"})
    base = sent.location.partition("?")[0]
    assert "finit par 02" in karim.follow(sent, state="waiting").text
    assert "6 chiffres" in karim.post(f"{base}/code", {"chiffres": "12"}, 422, state="error").text
    karim.post(f"{base}/code/envoyer", {"numero": "rien"}, 422, state="error")
    karim.post(f"{base}/presence", {}, 422, state="error")
    with database.reading() as session:
        consent = session.scalars(select(MandateConsent)).one()
        code = sms_code(consent.id)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    refused = karim.follow(karim.post(f"{base}/code", {"chiffres": wrong}), state="wrong code")
    assert "Essais restants : 4" in refused.text
    with database.writing() as session:
        session.execute(text("UPDATE mandate_consent SET refused_code = 'number_blocked'"))
    assert "Le SMS n’est pas parti" in karim.get(base, state="unsent").text
    with database.writing() as session:
        session.execute(text("UPDATE mandate_consent SET refused_code = NULL"))
    assert "actif" in karim.follow(karim.post(f"{base}/code", {"chiffres": code})).text
    again = karim.post(f"{base}/presence", {"piece": "card"}, 409, state="moved")
    assert "a changé entre-temps" in again.text
    with database.writing() as session:
        claimed = outbox.claim(session, worker="essai", lane="sms", limit=5)[0]
        handler = SendMandateCode(connections_of(app))
        with pytest.raises(NoLongerNeeded):  # the code served: nothing leaves any more
            handler.load(session, claimed)
        handler.note_unneeded(session, claimed, "number_blocked")
        assert session.scalars(select(MandateConsent.refused_code)).one() == "number_blocked"


def test_the_signed_paper_confirms_when_it_can_be_read(karim: Browser, town: Town, database: Database) -> None:
    base = f"{LIST}/{proposed(database, town).id}"

    def send(content: bytes, name: str, expect: int) -> Page:
        sent = {"fichier": (io.BytesIO(content), name, "application/octet-stream")}
        return karim.post(f"{base}/papier", sent, expect, state="error" if expect == 422 else "")

    assert "vide" in send(b"", "vide.pdf", 422).text
    karim.post(f"{base}/papier", {}, 422)
    assert "de travers" in send(photo((400, 300)), "mandat.jpg", 422).text
    sent = send(photo((300, 400)), "mandat.jpg", 303)
    assert "par un papier signé" in karim.follow(sent).text
    assert send(pdf(), "mandat.pdf", 409).h1


def test_the_person_answers_renews_and_stops_online(
    karim: Browser, angela: Browser, town: Town, database: Database
) -> None:
    first = proposed(database, town, Theme.LEISURE, Theme.PAPERS)
    assert "Mandat proposé par Maison France Services" in angela.get(MINE, state="waiting").text
    assert "Êtes-vous d’accord" in angela.get(f"{MINE}/{first.id}", state="waiting").text
    assert "accord est donné" in angela.follow(angela.post(f"{MINE}/{first.id}/repondre", {"reponse": "oui"})).text
    angela.post(f"{MINE}/{first.id}/repondre", {"reponse": "non"}, 409, state="moved")
    assert "Maison France Services" in angela.get(MINE, state="active").text
    angela.get(f"{MINE}/{first.id}/arreter?domaine=papiers", state="theme")
    angela.get(f"{MINE}/{first.id}/arreter?domaine=argent", 404)
    told = angela.follow(angela.post(f"{MINE}/{first.id}/arreter", {"domaine": "papiers"})).text
    assert "arrêté pour ce domaine" in told
    base = f"{LIST}/{first.id}"
    karim.post(f"{base}/renouveler", {}, 422, state="error")
    renewed = karim.post(f"{base}/renouveler", {"duree": "365"}).location.partition("?")[0]
    second = renewed.rsplit("/", 1)[1]
    assert "refusé" in angela.follow(angela.post(f"{MINE}/{second}/repondre", {"reponse": "non"})).text
    assert "Actif" in angela.get(f"{MINE}/{first.id}").text
    news = angela.get("/mon-espace/notifications").text
    assert "vous propose un mandat" in news
    karim.post(f"{base}/arreter", {})
    assert "Arrêté au guichet" in angela.get(f"{MINE}/{first.id}").text
    with clock.shifted(timedelta(days=32)):
        assert karim.http  # whatever the day, another person sees nothing of it


def test_a_request_is_read_and_answered_in_their_name(
    karim: Browser, angela: Browser, town: Town, database: Database
) -> None:
    reference = sent_request(database, town.angela)
    with database.writing() as session:
        meryem = town.agent(town.meryem)
        requests.request_information(session, meryem, reference, "Quel quartier ?", idempotency_key="q")
        request_id = session.scalars(select(ServiceRequest.id)).one()
    mandate = given(database, town, Theme.LEISURE)
    base = f"{LIST}/{mandate.id}"
    karim.post(f"{base}/ouvrir", {"demande": str(uuid4())}, 404)
    karim.post(f"{base}/ouvrir", {"demande": "rien"}, 404)
    karim.post(f"{base}/ouvrir", {"demarche": "inscription-scolaire"}, 404)
    opened = karim.post(f"{base}/ouvrir", {"demande": str(request_id)}).location
    shown = karim.get(opened, state="plain")
    assert "Quel quartier ?" in shown.text
    assert "Vous aidez Angela" in shown.text
    key = shown.form(opened)["cle"]
    assert "Écrivez votre message" in karim.post(opened, {"texte": " ", "cle": key}, 422, state="error").text
    written = karim.follow(karim.post(opened, {"texte": "Les Moulins.", "cle": key}), state="written")
    assert "Karim Haddad, au nom de Angela" in written.text
    assert re.search(r"Karim Haddad, [^.]*, a écrit au service en votre nom", angela.get(f"/demandes/{reference}").text)
    for forbidden in ("decider", "retirer", "assigner"):
        karim.http.post(f"/agents/dossiers/{reference}/{forbidden}")
    karim.get(f"/agents/dossiers/{reference}", 404)
    karim.get(f"/demandes/{reference}", None)
    angela.post(f"{MINE}/{mandate.id}/arreter", {})
    assert karim.get(opened, 409).h1
    assert karim.post(opened, {"texte": "Trop tard.", "cle": str(uuid4())}, 409, state="over").h1


def test_another_department_and_a_forged_address_find_nothing(
    karim: Browser, sign_in: Callable[..., Browser], town: Town, database: Database
) -> None:
    mandate = given(database, town)
    with database.writing() as session:
        stranger = provision_agent(
            session,
            local_authority_id=town.commune.authority.id,
            siret="21380999900019",
            email="z.essai@valmont-sur-iselle.example",
            display_name="Zoé Essai",
            role=Role.COUNTER_AGENT,
            department_ids=[town.commune.departments["ccas"].id],
        )
    zoe, yves = sign_in(stranger), sign_in(town.yves)
    base = f"{LIST}/{mandate.id}"
    for path in (base, f"{base}/attestation", f"{base}/attestation.pdf", f"{base}/arreter", f"{LIST}/{uuid4()}"):
        zoe.get(path, 404)
    for path in (f"{base}/arreter", f"{base}/presence", f"{base}/renouveler", f"{base}/ouvrir", f"{base}/code/envoyer"):
        zoe.post(path, {"piece": "card", "duree": "31", "brouillon": str(uuid4()), "numero": "0639980102"}, 404)
    assert "Angela" not in zoe.get(LIST).text
    for path in (f"{MINE}/{mandate.id}", f"{MINE}/{mandate.id}/arreter", f"{MINE}/{mandate.id}/attestation"):
        yves.get(path, 404)
    yves.post(f"{MINE}/{mandate.id}/arreter", {}, 404)
    karim.get(f"{base}/attestation.pdf", 404)  # not made yet
    with database.writing() as session:
        set_agent_departments(session, town.commune.agents["k.haddad"].id, [town.commune.departments["ccas"].id])
    karim.get(base, 404)


def test_the_code_of_the_attestation_stops_it_without_an_account(
    visitor: Browser, karim: Browser, town: Town, app: Flask, database: Database, settings: Settings
) -> None:
    mandate = given(database, town)
    with app.app_context():
        with database.writing() as session:
            claimed = outbox.claim(session, worker="essai", lane="papiers", limit=5)[0]
            handler = MakeAttestation(settings.public_url)
            order = handler.load(session, claimed)
        receipt = mandates.print_attestation(order)
        assert receipt.printed is not None
        with database.writing() as session:
            mandates.keep_attestation(session, mandate.id, receipt.printed)
    file = karim.http.get(f"{LIST}/{mandate.id}/attestation.pdf", base_url=settings.public_url)
    assert file.data.startswith(b"%PDF-")
    with database.reading() as session:
        shown = mandates.show_attestation(
            session, town.resident(town.angela), mandate.id, public_url="https://p.example"
        )
    found = visitor.post("/verifier", {"code": shown.code}, 200, state="mandate").text
    assert "Mandat pour des démarches" in found
    assert "Actif" in found
    assert "Angela" not in found
    visitor.get("/mandat", state="plain")
    assert "8 lettres" in visitor.post("/mandat", {"code": "%"}, 422, state="error").text
    assert "aucun mandat" in visitor.post("/mandat", {"code": "BCDF-GHJK"}, 422).text
    code = revocation_code(mandate.id)
    asked = visitor.post("/mandat", {"code": code.lower()}, 200, state="confirm")
    assert "Maison France Services" in asked.text
    assert "Angela" not in asked.text
    done = visitor.follow(visitor.post("/mandat", {"code": code, "confirme": "oui"}), state="stopped")
    assert "Le mandat est arrêté" in done.text
    assert "Arrêté" in visitor.post("/verifier", {"code": shown.code}, 200).text
    for _again in range(settings.sign_in_limit):
        visitor.post("/mandat", {"code": "BCDF-GHJK"}, None)
    assert "Trop d’essais" in visitor.post("/mandat", {"code": "BCDF-GHJK"}, 429).text


def test_pages_ask_the_same_number_of_statements_whatever_there_is(
    karim: Browser, angela: Browser, town: Town, database: Database
) -> None:
    mandate = given(database, town)
    pages = ((LIST, karim, 8), (MINE, angela, 6), (f"{MINE}/{mandate.id}", angela, 10))

    def statements(path: str, browser: Browser) -> int:
        browser.get(path)
        with counted(database) as asked:
            browser.get(path)
        return len(asked)

    before = [statements(path, browser) for path, browser, _most in pages]
    for number in range(3):
        with clock.shifted(timedelta(minutes=-5 * number - 5)):
            given(database, town)
    assert [statements(path, browser) for path, browser, _most in pages] == before
    assert all(count <= most for count, (_path, _browser, most) in zip(before, pages, strict=True)), before


def test_starting_a_procedure_makes_the_persons_own_draft(karim: Browser, town: Town, database: Database) -> None:
    mandate = given(database, town)
    opened = karim.post(f"{LIST}/{mandate.id}/ouvrir", {"demarche": "carte-mediatheque"})
    assert karim.get(karim.get(opened.location, 303).location, 303).location.endswith("/vous")
    with database.reading() as session:
        who = town.resident(town.angela)
        assert [one.procedure_slug for one in requests.list_drafts(session, who)] == ["carte-mediatheque"]
        assert len(assistance.list_open(session, requests.list_drafts(session, who)[0].id)) == 1
