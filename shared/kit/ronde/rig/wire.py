"""A TCP connection with a test's hand on it: what the client says can be made to vanish."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit


class Wire:
    """Forwards connections to the server of `url`; `url` of the wire itself is the same with another port."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._directions: set[asyncio.Task[None]] = set()
        self.deaf = False
        """While set, what clients send is thrown away, and kept in `swallowed` for the test to read."""
        self.swallowed = b""

    async def __aenter__(self) -> "Wire":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None  # noqa: S101
        self._server.close()
        for direction in list(self._directions):
            direction.cancel()
        await asyncio.gather(*self._connections)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        assert self._server is not None  # noqa: S101
        port = self._server.sockets[0].getsockname()[1]
        login = self._target.netloc.rpartition("@")[0]
        return self._target._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()

    async def until_swallowed(self, needle: bytes, within: float = 10) -> None:
        try:
            async with asyncio.timeout(within):
                while needle not in self.swallowed:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{needle!r} was not sent within {within} s") from None

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        there, back = await asyncio.open_connection(self._target.hostname, self._target.port)
        both = {asyncio.create_task(self._up(reader, back)), asyncio.create_task(self._down(there, writer))}
        self._directions |= both
        _done, open_ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for direction in open_:
            direction.cancel()
        self._directions -= both
        for end in (writer, back):
            end.close()
            with suppress(OSError):
                await end.wait_closed()

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self.deaf:
                    self.swallowed += data
                else:
                    writer.write(data)
                    await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
