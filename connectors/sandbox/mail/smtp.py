"""The SMTP side: one thread with its own event loop, on the loopback only."""

import asyncio
import socket
import threading
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from connectors.sandbox.incidents.scenarios import Stage
from connectors.sandbox.mail.inbox import keep_mail
from connectors.sandbox.server import port_taken
from connectors.sandbox.settings import SandboxError
from connectors.sandbox.world import World

MAX_MAIL = 10 * 1024 * 1024
PARTNER = "courriel"


class Handler:
    """Answers the steps of the SMTP dialogue."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_RCPT(  # noqa: N802 - name read by aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept a recipient, or not."""
        if self._world.board.choice(PARTNER).scenario in {"greylist", "reject"}:
            scenario = self._world.board.take(PARTNER, Stage.MAIL)
            if scenario == "greylist":
                return "451 4.7.1 Please try again later"
            if scenario == "reject":
                return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - name read by aiosmtpd
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        keep_mail(self._world.store, self._world.now(), envelope.mail_from or "", envelope.rcpt_tos, raw)
        scenario = self._world.board.take(PARTNER, Stage.MAIL)
        if scenario == "slow":
            await asyncio.sleep(self._world.board.choice(PARTNER).delay)
        elif scenario == "commit_then_drop" and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 OK"


class Closed(asyncio.Protocol):
    """What answers when the server is down: a refusal, then nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Refuse the service and hang up."""
        if isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.3.2 Service not available\r\n")
        transport.close()


class MailDoor(threading.Thread):
    """Listens for mail from `start` to `stop`. The port is bound when the object is made."""

    def __init__(self, port: int) -> None:
        super().__init__(name="bac-smtp", daemon=True)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
            self._socket.listen(64)
        except OSError as error:
            self._socket.close()
            raise SandboxError(port_taken(port, error)) from error
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._world: World | None = None

    def serve(self, world: World) -> None:
        """Start answering."""
        self._world = world
        self.start()

    def run(self) -> None:
        """Serve until the loop is stopped, then close what is open."""
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(self._loop.create_server(self._answer, sock=self._socket))
        self._loop.run_forever()
        listening.close()
        pending = asyncio.all_tasks(self._loop)
        for task in pending:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self._loop.close()

    def stop(self) -> None:
        """Stop answering and wait for the thread; close the port even if it never started."""
        if self.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self.join(5)
        else:
            self._loop.close()
            self._socket.close()

    def _answer(self) -> asyncio.BaseProtocol:
        world = self._world
        if world is None or world.board.choice(PARTNER).scenario == "down":
            if world is not None:
                world.board.take(PARTNER, Stage.MAIL)
            return Closed()
        options: dict[str, Any] = {
            "data_size_limit": MAX_MAIL,
            "enable_SMTPUTF8": True,
            "ident": "bac",
            "hostname": "bac",
        }
        return SMTP(Handler(world), loop=self._loop, **options)
