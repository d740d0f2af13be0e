"""The hit counter: FastAPI on a server of its own, the count in memory of its one worker; more would count apart."""

import os
import uuid
from itertools import count

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Hits</title>
<h1>Hits: <output id="count">...</output></h1>
<script>
const show = (text) => { document.getElementById("count").textContent = text; };
fetch("hits").then((answer) => answer.json()).then((body) => show(body.hits ?? body.error), () => show("unreachable"));
</script>
</html>
"""

ARCHITECTURE = os.environ["ARCHITECTURE_ID"]
INSTANCE = str(uuid.uuid4())
VERSION = os.environ.get("SERVICE_VERSION", "1")
_hits = count(1)
# Of whoever tries a version out.
_canary = count(1)
_answers = count()

app = FastAPI(openapi_url=None, redirect_slashes=False)


def sign(response: Response) -> Response:
    """Puts the contract's headers onto an answer."""
    response.headers["cache-control"] = "no-store"
    response.headers["x-architecture"] = ARCHITECTURE
    response.headers["x-request-id"] = str(uuid.uuid4())
    response.headers["x-instance"] = INSTANCE
    response.headers["x-version"] = VERSION
    response.headers["x-cold"] = "1" if next(_answers) == 0 else "0"
    return response


# Not `def`: that would run in a pool of threads, at half the speed and in need of a lock.
@app.get("/hits")
async def hits(request: Request) -> Response:
    counter = _canary if request.headers.get("x-counter") == "canary" else _hits
    return sign(JSONResponse({"hits": next(counter)}))


@app.get("/")
async def page() -> Response:
    return sign(HTMLResponse(PAGE))


@app.get("/healthz")
async def health() -> Response:
    """For whoever watches over the process: outside the contract, neither a hit nor ever the cold answer."""
    return Response(status_code=204)


@app.exception_handler(404)
@app.exception_handler(405)
async def not_found(_request: Request, _error: Exception) -> Response:
    return sign(JSONResponse({"error": "not found"}, status_code=404))
