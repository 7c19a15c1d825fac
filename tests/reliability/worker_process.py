"""The portal's worker with short leases, so that what a killed one held comes back within seconds. Run as a program."""

import sys
import threading
from datetime import timedelta

from portal.app import connections_of, create_app
from portal.engine.exchanges.running import build_worker
from portal.engine.exchanges.worker import Pace
from portal.ground import web
from portal.ground.settings import load_settings


def main() -> None:
    settings = load_settings()
    app = create_app(settings)
    with app.app_context():
        database = web.database()
    worker = build_worker(
        settings,
        database,
        connections_of(app),
        around=app.app_context,
        lease=timedelta(seconds=float(sys.argv[1])),
        pace=Pace(sweep_every=0.5, idle_to=0.2),
    )
    worker.run(threading.Event())


if __name__ == "__main__":
    main()
