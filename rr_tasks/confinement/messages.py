"""Messages between two processes of one machine: pickles, with arrays beside them.

Arrays are neither copied into a pickle nor out of it, so a message takes no memory but its own.
"""

import pickle
import socket
import struct
from typing import Any

_COUNT = struct.Struct("!Q")


def send(connection: socket.socket, message: Any) -> None:
    """Send a message.

    Raises:
        OSError: the other end is gone.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(message, protocol=5, buffer_callback=buffers.append)
    parts = [memoryview(body), *(buffer.raw() for buffer in buffers)]
    sizes = [len(parts), *(part.nbytes for part in parts)]
    connection.sendall(b"".join(map(_COUNT.pack, sizes)))
    for part in parts:
        connection.sendall(part)


def receive(connection: socket.socket) -> Any:
    """Wait for a message.

    Raises:
        EOFError, OSError: the other end is gone.
    """
    sizes = [_receive_count(connection) for _ in range(_receive_count(connection))]
    body, *buffers = [_receive_bytes(connection, size) for size in sizes]
    return pickle.loads(body, buffers=buffers)  # noqa: S301 - both ends are ours


def _receive_count(connection: socket.socket) -> int:
    (count,) = _COUNT.unpack(_receive_bytes(connection, _COUNT.size))
    return int(count)


def _receive_bytes(connection: socket.socket, size: int) -> bytearray:
    content = bytearray(size)
    rest = memoryview(content)
    while rest:
        received = connection.recv_into(rest)
        if not received:
            raise EOFError
        rest = rest[received:]
    return content
