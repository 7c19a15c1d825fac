"""The door of the room. Everything flushes and nothing commits; somebody else's request looks like none."""

from portal.casework.requests.service.consulting import *
from portal.casework.requests.service.correcting import *
from portal.casework.requests.service.deciding import *
from portal.casework.requests.service.drafting import *
from portal.casework.requests.service.forwarding import *
from portal.casework.requests.service.mailing import *
from portal.casework.requests.service.reading import *
from portal.casework.requests.service.sending import *
from portal.casework.requests.service.standing import *
from portal.casework.requests.shapes import *
