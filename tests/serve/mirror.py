"""A server on loopback that answers over TLS with whatever a test wrote down for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.serve.cert import Cert, make_cert


@dataclass(slots=True)
class Mirror:
    """`answer` gets the request's head and gives the bytes of the answer, in pieces; `asked` are all heads so far."""

    cert: Cert
    port: int
    answer: Callable[[bytes], Iterator[bytes]]
    asked: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/list.csv"


def say(
    body: bytes, status: str = "200 OK", *fields: str, length: int | None = None
) -> Callable[[bytes], Iterator[bytes]]:
    """One answer, whatever was asked; `length` where it is to claim another."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *fields, "", ""]
    return lambda _: iter(["\r\n".join(head).encode() + body])


@contextmanager
def running_mirror(folder: Path, answer: Callable[[bytes], Iterator[bytes]]) -> Iterator[Mirror]:
    cert = make_cert(folder / "cert")
    context = cert.server()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        mirror = Mirror(cert, listening.getsockname()[1], answer)

        def serve() -> None:
            while True:
                try:
                    bare, _ = listening.accept()
                except OSError:
                    return
                with suppress(OSError), bare, context.wrap_socket(bare, server_side=True) as secure:
                    head = b""
                    while b"\r\n\r\n" not in head and (piece := secure.recv(4096)):
                        head += piece
                    mirror.asked.append(head)
                    for piece in mirror.answer(head):
                        secure.sendall(piece)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield mirror
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()
            thread.join(5)
