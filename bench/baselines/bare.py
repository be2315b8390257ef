"""The bare server: an RSGI handler that reads a request and answers fixed bytes, with nothing in between.

Run by the same Granian with the same settings as a worker of Torque, it is the ceiling that
cached answers are measured against.
"""

import os
from pathlib import Path
from typing import Any

BODY = Path(os.environ["BARE_ANSWER"]).read_bytes() if "BARE_ANSWER" in os.environ else b"{}"
HEADERS = [("content-type", "application/json")]


async def app(scope: Any, proto: Any) -> None:
    """Read the whole request, answer the bytes that the environment names."""
    await proto()
    proto.response_bytes(200, HEADERS, BODY)
