"""The edge with the webhooks' address alone, and the school software's way to sign."""

import base64
import json
import time
from dataclasses import dataclass, field, replace

from connectors.partners.email import CONNECTOR as EMAIL
from connectors.partners.school import CONNECTOR as SCHOOL
from connectors.partners.sms import CONNECTOR as SMS
from connectors.sdk.webhooks import sign
from portal.engine.exchanges.views import REGISTRY, blueprint
from portal.ground import web
from portal.ground.settings import ConnectionSettings
from portal.records.connections.service import load_connections

WEBHOOK_SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
ENVIRON = {
    "SCHOOL_KEY": "school-api-key-for-tests",
    "SCHOOL_WEBHOOK": WEBHOOK_SECRET,
    "SMS_KEY": "sms-api-key-for-tests",
}
CONNECTORS = {"school": SCHOOL, "email": EMAIL, "sms": SMS}


def with_connections(settings, *, school_url="http://127.0.0.1:9/ecoles", smtp_port=9):
    """The same settings, with a school software and a mail server."""
    school = ConnectionSettings(
        connector="school",
        title="Écoles",
        options={"base_url": school_url, "authority_code": "21380999900019"},
        secrets={"api_key": "SCHOOL_KEY", "webhook_secret": "SCHOOL_WEBHOOK"},
    )
    mail = ConnectionSettings(
        connector="email",
        title="Courriel",
        options={
            "host": "127.0.0.1",
            "port": smtp_port,
            "security": "none",
            "from_address": "ne-pas-repondre@valmont-sur-iselle.example",
        },
    )
    return settings.model_copy(update={"connections": {"ecoles": school, "courriel": mail}})


def with_texts(settings, url):
    """The same settings, with an SMS operator besides."""
    texts = ConnectionSettings(
        connector="sms",
        title="SMS",
        options={"base_url": f"{url}/sms", "sender": "VALMONT"},
        secrets={"api_key": "SMS_KEY", "webhook_secret": "SCHOOL_WEBHOOK"},
    )
    return settings.model_copy(update={"connections": {**settings.connections, "sms": texts}})


def registry_for(settings, *, without=frozenset()):
    """The connections of these settings. ``without``: capabilities that the school does not declare."""
    manifest = SCHOOL.manifest
    declared = {
        "capabilities": [one for one in manifest.capabilities if one not in without],
        "follow_ups": {name: said for name, said in manifest.follow_ups.items() if name not in without},
    }
    plain = replace(SCHOOL, manifest=manifest.model_copy(update=declared))
    return load_connections(settings, connectors={**CONNECTORS, "school": plain}, environ=ENVIRON)


def edge_for(settings, database, registry):
    """The application."""
    app = web.open_app(settings, database, propagate=True)
    app.extensions[REGISTRY] = registry
    app.register_blueprint(blueprint)
    return app


@dataclass
class News:
    """One callback of the school software."""

    enrolment_id: str = "E-1"
    status: str = "under_review"
    event_id: str = "evt-1"
    reference: str = "VSI-AAAA-AA"
    occurred_at: str = "2026-03-03T13:05:00+00:00"
    details: dict = field(default_factory=dict)

    def body(self):
        data = {
            "event_id": self.event_id,
            "enrolment_id": self.enrolment_id,
            "external_ref": self.reference,
            "status": self.status,
            "occurred_at": self.occurred_at,
            "details": self.details,
        }
        whole = {"type": "enrolment.status_changed", "timestamp": self.occurred_at, "data": data}
        return json.dumps(whole).encode()


def headers_for(body, *, webhook_id="evt-1", secret=WEBHOOK_SECRET, age=0):
    """The headers of a signed call made ``age`` seconds ago."""
    at = int(time.time()) - age
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(secret, webhook_id, at, body),
        "content-type": "application/json",
    }
