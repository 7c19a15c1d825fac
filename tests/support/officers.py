"""What officers have written: a new version with a datum of its own, a recorded case, a proposal that waits."""

from portal.casework.catalogue.interchange import as_data
from portal.casework.catalogue.proposing.service import propose_concept
from portal.casework.catalogue.service import get_published, import_procedure
from portal.ground.db import Database
from portal.ground.dictionary.service import Concept
from portal.ground.permissions import SYSTEM
from tests.support.town import Town

OWN = {"id": "department.shelf", "label": {"fr": "Rayon préféré"}, "type": "text"}
CASE = {"name": "Sans réponse", "answers": {}, "ends": "refused", "steps": ["vous"]}


def written_version(database: Database, town: Town, slug: str) -> dict[str, str]:
    """Publish the next version of a procedure; what stands in the addresses of the officers' pages."""
    with database.writing() as session:
        data = as_data(get_published(session, slug).document)
        field = {"concept": OWN["id"], "name": "rayon", "own": OWN, "required": False}
        data["steps"][-1]["fields"].append(field)
        import_procedure(session, data | {"cases": [CASE]}, publish=True, actor=SYSTEM)
        officer = town.agent(town.commune.agents["i.moreau"])
        proposal = propose_concept(session, officer, Concept.model_validate(OWN), "Deux services la demandent.")
    return {"concept_id": str(OWN["id"]), "proposal_id": str(proposal.id)}
