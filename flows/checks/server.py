"""Whether a Prefect server can be used, or started here."""

import socket

import prefect
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL

from flows.checks.finding import Finding
from schemas.url import mask_secrets

_ABOUT = "Prefect server"


def check_configured_server() -> Finding:
    """Ask the server of `PREFECT_API_URL` for its version."""
    url = mask_secrets(PREFECT_API_URL.value() or "")
    if not url:
        return Finding(_ABOUT, "none configured; commands run without one (rr up starts one)")
    with get_client(sync_client=True) as client:
        problem = client.api_healthcheck()
        if problem is not None:
            advice = "start it (rr up), correct PREFECT_API_URL, or unset it"
            return Finding(
                _ABOUT, mask_secrets(f"{url} does not answer: {problem}"), advice, wrong=True
            )
        theirs = client.api_version()
    said = f"{url} answers, version {theirs}"
    if _release(theirs) != _release(prefect.__version__):
        return Finding(_ABOUT, said, f"install the same release as here, {prefect.__version__}")
    return Finding(_ABOUT, said)


def _release(version: str) -> list[str]:
    return version.split(".")[:2]


def check_ports(ports: tuple[int, ...]) -> Finding:
    """Try whether the ports of `rr up` are free."""
    taken = [str(port) for port in ports if _is_taken(port)]
    names = " and ".join(map(str, ports))
    if not taken:
        return Finding("ports", f"{names} are free for rr up")
    advice = "nothing, if rr up runs already; otherwise choose others: rr up --port 4300"
    return Finding("ports", f"taken: {', '.join(taken)}", advice)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
