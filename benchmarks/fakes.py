"""A mail server and an SMS gateway that only take, in a process of their own: `python -m benchmarks.fakes`.

It prints its two ports as JSON. GET /count says how many SMS came, and how many different ones.
"""

import asyncio
import json
from typing import Any

import orjson
import uvloop

LIMIT = 1 << 20


class Gateway:
    """Takes SMS by Ronde's own small protocol; as many connections as are opened."""

    def __init__(self) -> None:
        self.came = 0
        self.references: set[str] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            length = next((int(line[15:]) for line in head if line.lower().startswith(b"content-length:")), 0)
            body = await reader.readexactly(length)
            if head[0].startswith(b"GET /count"):
                answer = orjson.dumps({"came": self.came, "different": len(self.references)})
            else:
                reference = self.take(orjson.loads(body))
                answer = orjson.dumps({"id": reference})
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))
        writer.close()

    def take(self, sms: dict[str, Any]) -> str:
        self.came += 1
        self.references.add(sms["reference"])
        return f"g-{sms['reference']}"


async def mail(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says yes to everything that belongs into a conversation by SMTP."""
    writer.write(b"220 fake\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"DATA":
            writer.write(b"354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250 yes\r\n")
        if word == b"QUIT":
            break
    writer.close()


async def _head(reader: asyncio.StreamReader) -> list[bytes]:
    try:
        return (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
    except asyncio.IncompleteReadError:
        return []


async def main() -> None:
    smtp = await asyncio.start_server(mail, "127.0.0.1", 0, limit=LIMIT)
    http = await asyncio.start_server(Gateway().serve, "127.0.0.1", 0, limit=LIMIT)
    ports = {"smtp": smtp.sockets[0].getsockname()[1], "http": http.sockets[0].getsockname()[1]}
    print(json.dumps(ports), flush=True)
    await asyncio.gather(smtp.serve_forever(), http.serve_forever())


if __name__ == "__main__":
    uvloop.run(main())
