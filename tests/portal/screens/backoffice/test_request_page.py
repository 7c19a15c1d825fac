"""One request on the agents' side: read, taken, written to; every reading noted and shown to the person."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from portal.casework.requests import service as requests
from portal.casework.requests.enums import RequestStatus
from portal.casework.requests.models import RequestMessage, ServiceRequest
from portal.ground.audit.models import AuditEntry
from portal.ground.db import Database
from tests.portal.screens.backoffice.test_queue import loosely
from tests.support.client import Browser, Page
from tests.support.town import Town, counted, fail_delivery, sent_request
from tests.support.walking import send, walk

VECTORS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<iframe src=javascript:alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;",
    "<!-- -->",
    "]]><x>",
    "javascript:alert(1)",
    "<a href=//ailleurs.example>x</a>",
    "%3Cscript%3E",
]


def path_of(reference: str) -> str:
    return f"/agents/dossiers/{reference}"


def opened(browser: Browser, path: str, form: dict[str, str] | None = None) -> Page:
    """A page that repeats what was typed: the rules about what our own templates write do not apply to it."""
    base = browser.settings.public_url
    if form is None:
        return Page(browser.http.get(path, base_url=base))
    return Page(browser.http.post(path, data={"csrf_token": browser._fresh_token(), **form}, base_url=base))


def only_ours(page: Page) -> None:
    """Nothing on the page but what our templates write."""
    assert page.all("script") == [one for one in page.all("script") if one.get("src", "").startswith("/static/")]
    for tag in ("img", "iframe", "object", "embed", "base", "meta"):
        assert all(one.get("http-equiv") is None for one in page.all(tag))
    assert not page.all("img")
    assert not page.all("iframe")
    for one in page.main().iter():
        assert not [name for name in one.attrib if name.startswith("on")]
        assert not (one.get("href") or "").startswith(("javascript:", "//", "http"))


@pytest.mark.parametrize("vector", VECTORS)
def test_no_text_of_anybody_becomes_markup(
    meryem: Browser, angela: Browser, database: Database, town: Town, vector: str
) -> None:
    reference = sent_request(
        database,
        town.angela,
        vous={"person_family_name": "O’Tèstù", "person_given_names": "Zoë"},
        adresse={"address_current_line": vector, "address_current_city": vector},
        carte={"library_card_kind": "group", "library_group_name": vector},
    )
    with database.writing() as session:
        session.execute(ServiceRequest.__table__.update().values(applicant_name=vector, applicant_key="x"))
        requests.post_message(session, town.resident(town.angela), reference, vector, idempotency_key="r")
        requests.post_message(session, town.agent(town.meryem), reference, vector, idempotency_key="a")
    base = path_of(reference)
    decision = {"reason": vector, "decision": "rejected"}
    pages = [
        opened(meryem, base),
        opened(meryem, "/agents/dossiers"),
        opened(meryem, f"{base}/accuse"),
        opened(meryem, f"{base}/decider"),
        opened(meryem, f"{base}/messages", {"text": vector * 300, "kind": "message"}),
        opened(meryem, f"{base}/decider", {"reason": vector}),
        opened(meryem, f"{base}/decider", decision),
        opened(meryem, f"{base}/decider", {**decision, "then": "edit"}),
    ]
    assert [page.status for page in pages] == [
        200,
        200,
        200,
        200,
        422 if len(vector) * 300 > 4_000 else 303,
        422,
        200,
        200,
    ]
    assert opened(meryem, f"{base}/decider", {**decision, "then": "send"}).status == 303
    pages += [opened(meryem, base), opened(angela, f"/demandes/{reference}")]
    for page in pages:
        if page.is_page:
            only_ours(page)
    shown = " ".join(vector.split())
    assert pages[0].text.count(shown) >= 5, "name, three answers, two messages"
    assert shown in pages[-1].text


def test_the_answers_of_a_person_with_a_hard_name(meryem: Browser, database: Database, town: Town) -> None:
    reference = sent_request(database, town.layla, adresse={"address_current_line": "8, rue de l’Œuvre\u00a0– bât. Ñ"})
    page = meryem.get(path_of(reference))
    assert page.h1 == f"{reference}, ليلى O’Tèstù-d’Òrœuf"
    assert "8, rue de l’Œuvre – bât. Ñ" in page.text
    assert "Médiathèque de l’Iselle, au centre" in page.text
    assert "Adulte" in page.text
    assert next(one.text for one in page.all("bdi")) == "ليلى O’Tèstù-d’Òrœuf"


@pytest.mark.parametrize("way", [0, 1, 2, 3])
def test_a_reference_may_be_typed_loosely_in_the_address(meryem: Browser, reference: str, way: int) -> None:
    assert reference in meryem.get(path_of(loosely(reference)[way])).h1


def test_each_reading_is_noted_and_the_person_sees_it(
    meryem: Browser, samira: Browser, angela: Browser, database: Database, town: Town, reference: str
) -> None:
    def readings() -> int:
        with database.reading() as session:
            query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action.like("%_read"))
            return session.scalar(query) or 0

    assert "Aucune consultation" in angela.get(f"/demandes/{reference}").text
    pages = ["", "/decider", "/accuse"]
    for number, page in enumerate(pages, start=1):
        meryem.get(f"{path_of(reference)}{page}")
        assert readings() == number
    meryem.post(f"{path_of(reference)}/messages", {"text": "", "kind": "message"}, 422)
    assert readings() == 4, "a form refused shows the request again"
    samira.get(path_of(reference))
    told = angela.get(f"/demandes/{reference}").text
    assert "Meryem Yıldız" in told
    assert "4 fois" in told
    assert "Samira Amrani" in told
    with database.reading() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.action.like("%_read"))).all()
        assert {line.actor_id for line in lines} == {town.meryem.id, town.commune.agents["s.amrani"].id}
        assert {line.subject_id for line in lines} == {town.angela.person_id}


def test_a_request_costs_the_same_whatever_its_past(
    meryem: Browser, database: Database, town: Town, reference: str
) -> None:
    meryem.get(path_of(reference))
    with counted(database) as fresh:
        meryem.get(path_of(reference))
    with database.writing() as session:
        for number in range(30):
            actor = town.agent(town.meryem) if number % 2 else town.resident(town.angela)
            requests.post_message(session, actor, reference, f"Message {number}", idempotency_key=str(number))
    with counted(database) as old:
        page = meryem.get(path_of(reference))
    assert "Message 29" in page.text
    assert len(old) <= len(fresh) + 1, "the names of those who acted are one statement more"


def test_taken_given_and_given_back(
    meryem: Browser, samira: Browser, database: Database, town: Town, reference: str
) -> None:
    def holder() -> object:
        with database.reading() as session:
            return session.scalars(select(ServiceRequest.assigned_agent_id)).one()

    path = f"{path_of(reference)}/affecter"
    page = meryem.get(path_of(reference))
    assert "Personne ne la suit encore" in page.text
    take = next(form for form in page.all("form", action=path) if "Prendre" in "".join(form.itertext()))
    page = meryem.follow(meryem.post(path, page.fields_of(take)))
    assert holder() == town.meryem.id
    assert "Suivie par Meryem Yıldız" in page.text
    assert "En cours" in page.text
    assert "Prise en charge par Meryem Yıldız" in page.text
    assert "Prendre la demande" not in page.text
    give = next(form for form in page.all("form", action=path))
    assert page.fields_of(give)["agent"] == str(town.meryem.id)
    page = samira.follow(samira.post(path, {"agent": str(town.commune.agents["s.amrani"].id)}))
    assert holder() == town.commune.agents["s.amrani"].id
    page = meryem.follow(meryem.post(path, {"agent": ""}))
    assert holder() is None
    assert "Rendue à l’équipe, par Meryem Yıldız." in page.text


def test_an_agent_who_is_nobody_is_refused_in_place(meryem: Browser, reference: str) -> None:
    for nonsense in ("personne", "1", "' OR 1=1"):
        page = meryem.post(f"{path_of(reference)}/affecter", {"agent": nonsense}, 422)
        assert page.title.startswith("Erreur")
        assert page.all("select", name="agent")[0].get("aria-invalid") == "true"


def test_a_message_is_sent_once(meryem: Browser, angela: Browser, database: Database, reference: str) -> None:
    page = meryem.get(path_of(reference))
    form = next(one for one in page.all("form", action=f"{path_of(reference)}/messages"))
    filled = {**page.fields_of(form), "text": "Bonjour,\nvotre carte est prête.\n\n<b>À bientôt</b>"}
    first = meryem.post(f"{path_of(reference)}/messages", filled)
    again = meryem.post(f"{path_of(reference)}/messages", filled)
    assert first.location == again.location == f"{path_of(reference)}#echanges"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RequestMessage)) == 1
    assert "Meryem Yıldız, Médiathèque de l’Iselle" in meryem.get(path_of(reference)).text
    told = angela.get(f"/demandes/{reference}").text
    assert "votre carte est prête." in told
    assert "<b>À bientôt</b>" in told


@pytest.mark.parametrize("kind", ["message", "ask"])
@pytest.mark.parametrize("text", ["", "   \n\t ", "x" * 4_001])
def test_a_message_refused_is_kept(meryem: Browser, database: Database, reference: str, kind: str, text: str) -> None:
    page = meryem.post(f"{path_of(reference)}/messages", {"text": text, "kind": kind, "form_key": "k"}, 422)
    assert page.title.startswith("Erreur : ")
    target = f"text-{kind}"
    assert f"#{target}" in page.links().values()
    area = next(one for one in page.all("textarea") if one.get("id") == target)
    assert area.get("aria-invalid") == "true"
    assert (area.text or "").strip() == text.strip()
    other = next(one for one in page.all("textarea") if one.get("id") != target)
    assert (other.text or "").strip() == ""
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(RequestMessage)) == 0


def test_asking_stops_the_clock_and_the_answer_starts_it_again(
    meryem: Browser, angela: Browser, database: Database, reference: str
) -> None:
    page = meryem.get(path_of(reference))
    form = next(one for one in page.all("form") if page.fields_of(one).get("kind") == "ask")
    meryem.post(f"{path_of(reference)}/messages", {**page.fields_of(form), "text": "Quel est votre étage ?"})
    page = meryem.get(path_of(reference))
    assert "Attend l’usager" in page.text
    assert "Demande de précision" in page.text
    assert not [one for one in page.all("form") if page.fields_of(one).get("kind") == "ask"], "one question at a time"
    late = meryem.post(f"{path_of(reference)}/messages", {"text": "Et le bâtiment ?", "kind": "ask"}, 409)
    assert "Une précision est déjà attendue" in late.text
    assert "Et le bâtiment ?" in late.text, "what was typed is given back"
    theirs = angela.get(f"/demandes/{reference}")
    angela.post(
        f"/demandes/{reference}/messages", {**theirs.form(f"/demandes/{reference}/messages"), "texte": "Le 3e."}
    )
    page = meryem.get(path_of(reference))
    assert "En cours" in page.text
    assert "Le 3e." in page.text
    assert "Angela DUBOIS" in page.text


def test_a_withdrawn_request_is_left_alone(meryem: Browser, database: Database, town: Town, reference: str) -> None:
    with database.writing() as session:
        requests.withdraw(session, town.resident(town.angela), reference)
    page = meryem.get(path_of(reference))
    assert "Retirée par l’usager" in page.text
    assert not page.all("form", method="post")
    for path, form in (
        ("messages", {"text": "Bonjour", "kind": "message"}),
        ("messages", {"text": "Bonjour", "kind": "ask"}),
        ("affecter", {"agent": str(town.meryem.id)}),
        ("decider", {"decision": "accepted", "reason": "Bonjour", "then": "send"}),
        ("decider", {"decision": "accepted", "reason": "Bonjour"}),
    ):
        late = meryem.post(f"{path_of(reference)}/{path}", form, 409)
        assert "Ce n’est plus possible" in late.text
        assert ("Bonjour" in late.text) is (path != "affecter")
    meryem.get(f"{path_of(reference)}/decider", 409)
    with database.reading() as session:
        row = session.scalars(select(ServiceRequest)).one()
        assert row.status is RequestStatus.WITHDRAWN
        assert row.assigned_agent_id is None
        assert session.scalar(select(func.count()).select_from(RequestMessage)) == 0


def test_the_acknowledgement_is_the_one_the_person_was_given(
    meryem: Browser, angela: Browser, database: Database, reference: str
) -> None:
    page = meryem.get(path_of(reference))
    assert page.links()["Lire l’accusé de réception"] == f"{path_of(reference)}/accuse"
    ours, theirs = meryem.get(f"{path_of(reference)}/accuse"), angela.get(f"/demandes/{reference}/accuse")
    for words in (reference, "Angela DUBOIS", "5 quai de l’Iselle", "04 65 71 20 41", "lecture@exemple.example"):
        assert words in ours.text
        assert words in theirs.text
    proof = theirs.text.rsplit("Empreinte :", 1)[1].split()[0]
    assert len(proof) == 64
    assert proof in ours.text


def test_the_acknowledgement_of_someone_without_an_address(samira: Browser, database: Database, town: Town) -> None:
    reference = sent_request(database, town.yves, vous={"contact_email": "y@exemple.example"})
    page = samira.get(f"/agents/dossiers/{reference}/accuse")
    assert "Ô Y" in page.text
    assert "L’absence de réponse ne vaut ni accord ni refus." in page.text


def test_a_failed_delivery_is_explained_to_who_can_and_who_cannot_repair_it(
    angela: Browser, samira: Browser, sign_in: Callable[..., Browser], database: Database, town: Town
) -> None:
    reference = send(angela, walk(angela, "inscription-scolaire"), "inscription-scolaire")
    claire = sign_in(town.claire)
    waiting = claire.get(path_of(reference))
    assert "Personne ne la suit encore" in waiting.text
    fail_delivery(database, reference)
    retrying = claire.get(path_of(reference))
    assert "Pas encore transmise" in retrying.text
    assert "Incident" in retrying.text


def test_a_dead_delivery_is_somebodys_task(
    angela: Browser, samira: Browser, sign_in: Callable[..., Browser], database: Database, town: Town
) -> None:
    reference = send(angela, walk(angela, "inscription-scolaire"), "inscription-scolaire")
    fail_delivery(database, reference, dead=True)
    claire = sign_in(town.claire).get(path_of(reference))
    assert "L’envoi n’est pas passé" in claire.text
    assert "Votre responsable peut le renvoyer" in claire.text
    assert "Ouvrir les envois en échec" not in claire.text
    page = samira.get(path_of(reference))
    assert page.links()["Ouvrir les envois en échec"] == "/agents/envois"
    deliveries = samira.get("/agents/envois")
    replay = next(one.get("action") for one in deliveries.all("form") if one.get("action", "").endswith("/rejouer"))
    samira.post(replay)
    again = samira.get(path_of(reference))
    assert "L’envoi repart" in again.text
    assert "Une personne doit décider" not in again.text
