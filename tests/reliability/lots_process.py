"""Does what waits of acts on many requests, again and again. Run as a program, to be killed."""

import time
from contextlib import suppress

from portal.app import create_app
from portal.ground import web
from portal.ground.errors import Busy
from portal.ground.settings import load_settings
from portal.screens.backoffice.jobs import act_on_lots


def main() -> None:
    app = create_app(load_settings())
    with app.app_context():
        database = web.database()
    while True:
        with suppress(Busy):  # the other one writes: as the worker does, later
            act_on_lots(database, app.app_context)
        time.sleep(0.05)


if __name__ == "__main__":
    main()
