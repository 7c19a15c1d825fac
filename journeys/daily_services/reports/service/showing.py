"""The photo that an agent lets everyone see, made small."""

import io
from typing import Final
from uuid import UUID

from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from journeys.daily_services.reports.models import StreetReport
from journeys.daily_services.reports.queries import read_report
from portal.casework.documents import service as documents
from portal.casework.documents.storage import BlobStore
from portal.ground.errors import NotFound

SIZE: Final = (960, 720)
AROUND: Final = (236, 238, 240)
QUALITY: Final = 70


def open_photo(session: Session, store: BlobStore, report_id: UUID, *, repaired: bool = False) -> bytes:
    """A JPEG of 960 by 720 pixels that holds the whole picture, which the examination wrote again without metadata.

    :param repaired: the photo that the team took afterwards, not the reporter's.
    :raises NotFound: no such report, or no photo that everyone may see, or not yet.
    """
    read_report(session, report_id)
    report = session.get_one(StreetReport, report_id)
    photo_id = report.repair_photo_id if repaired else report.photo_id
    if photo_id is None:
        raise NotFound("photo_unknown")
    view = documents.get_linked_document(session, report.request_id, photo_id)
    if not view.is_clean:
        raise NotFound("photo_not_ready")
    opened = documents.open_document(session, store, view)
    with Image.open(io.BytesIO(opened.content), formats=("JPEG", "PNG")) as image:
        image.draft("RGB", SIZE)
        small = ImageOps.pad(image.convert("RGB"), SIZE, color=AROUND)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
