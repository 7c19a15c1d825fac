"""Whether the ports are free, before anything is started."""

import errno
import socket
from collections.abc import Mapping


class PortTaken(Exception):
    """A port cannot be had; the message is one French sentence."""


def check_free(wanted: Mapping[int, str]) -> None:
    """Check that each port can be listened on at 127.0.0.1.

    :param wanted: port → what it is for, in French.
    :raises PortTaken: for the first one that cannot.
    """
    for port, purpose in wanted.items():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                probe.listen(1)
            except OSError as error:
                raise PortTaken(_sentence(port, purpose, error.errno)) from None


def _sentence(port: int, purpose: str, code: int | None) -> str:
    if code == errno.EADDRINUSE:
        return (
            f"Le port {port}, prévu pour {purpose}, est déjà utilisé par un autre programme : "
            "arrêtez-le, ou choisissez un autre port avec --port."
        )
    return f"Le port {port}, prévu pour {purpose}, n’est pas permis ici : choisissez-en un autre avec --port."
