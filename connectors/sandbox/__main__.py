"""`python -m connectors.sandbox`: start, say where, serve until asked to stop."""

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

from connectors.sandbox.app import create_app, open_world
from connectors.sandbox.courier import Courier
from connectors.sandbox.mail.smtp import MailDoor
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.settings import SandboxError, SandboxSettings, read_settings


@contextlib.contextmanager
def running(settings: SandboxSettings, now: Callable[[], float] = time.time) -> Iterator[tuple[int, int]]:
    """A sandbox that serves inside the block; its HTTP and SMTP ports.

    Raises:
        SandboxError: a port is taken.

    """
    with contextlib.ExitStack() as stack:
        server = SandboxServer(settings.port)
        stack.callback(server.server_close)
        door = MailDoor(settings.smtp_port)
        stack.callback(door.stop)
        world = open_world(settings, server.port, now)
        stack.callback(world.store.close)
        courier = Courier(world)
        server.application = create_app(world)
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="bac-http")
        for begin in (serving.start, courier.start):
            begin()
        stack.callback(courier.stop)
        stack.callback(serving.join)
        stack.callback(server.shutdown)
        door.serve(world)
        stack.callback(door.stop)
        yield server.port, door.port


def main() -> int:
    """Run the program; 0 after a stop asked for, 1 when it cannot start."""
    logging.basicConfig(level=logging.WARNING, format="bac %(levelname)s %(name)s %(message)s")
    # Blocked for every thread, then waited for: no handler runs, so a second signal cannot catch the first half-way.
    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    try:
        settings = read_settings(sys.argv[1:], os.environ)
        with running(settings) as (port, smtp_port):
            print(f"Bac à sable prêt : http://127.0.0.1:{port} (courrier : 127.0.0.1:{smtp_port})", flush=True)
            signal.sigwait(stops)
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
