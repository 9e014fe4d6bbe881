"""The restorer in use: promoted into a folder, kept there with all before it, and taken back.

`NAME.safetensors` are the weights in use, `NAME/HASH.safetensors` all that ever were, and
`NAME.jsonl` is the ledger. The weights in use are replaced last and in one step, so that a kill at
any moment leaves the restorer of before, or the new one: a last line of the ledger whose weights
are not in use was never carried out, and does not count.
"""

from datetime import UTC, datetime
from typing import Literal

from pydantic import ValidationError

from rr_tasks.storage.files import exists, join, publish_bytes, read_bytes, remove
from rr_tasks.storage.leftovers import remove_leftovers
from rr_tasks.weights.file import hash_weights, locate_shipped
from schemas.base import Sha256
from schemas.errors import ExpectedError
from schemas.promotion import Promotion, Verdict
from schemas.restorer import EdgeRestorerChoice, RestorerChoice

Kind = Literal["edge", "qwen"]


class DamagedLedgerError(ExpectedError, ValueError):
    """Nobody can read any more which restorers were in use."""


class NothingBeforeError(ExpectedError, LookupError):
    """There is no restorer to go back to."""


def find_champion(folder: str, like: RestorerChoice) -> RestorerChoice:
    """Return the restorer in use.

    Before the first promotion, that is the shipped edge restorer or, if `like` is a model of Qwen,
    that model as it was published.

    Raises:
        DamagedLedgerError: the ledger cannot be read.
    """
    if like.kind == "edge":
        weights = weights_in_use(folder, "edge")
        return EdgeRestorerChoice(weights=weights or locate_shipped("edge-restorer"))
    history = read_history(folder, "qwen")
    if not history:
        return _begin_with(like)
    return _equip(history[-1].restorer, weights_in_use(folder, "qwen"))


def weights_in_use(folder: str, kind: Kind) -> str | None:
    """Return the URL of the promoted weights in use; None if nothing promoted is in use."""
    url = join(folder, f"{_name(kind)}.safetensors")
    return url if exists(url) else None


def read_history(folder: str, kind: Kind) -> list[Promotion]:
    """Read who was in use when, the oldest first.

    Raises:
        DamagedLedgerError: a line cannot be read.
    """
    url = ledger_url(folder, kind)
    if not exists(url):
        return []
    try:
        lines = read_bytes(url).decode().splitlines()
        history = [Promotion.model_validate_json(line) for line in lines]
    except (ValidationError, UnicodeDecodeError) as error:
        raise DamagedLedgerError(
            f"{url}: not a readable ledger of promotions; move it away, and the weights in use stay"
        ) from error
    carried_out = bool(history) and history[-1].in_use == _hash(weights_in_use(folder, kind))
    return history if carried_out else history[:-1]


def ledger_url(folder: str, kind: Kind) -> str:
    """Return the URL of the ledger."""
    return join(folder, f"{_name(kind)}.jsonl")


def weights_of(choice: RestorerChoice) -> str | None:
    """Return the URL of what was learned; None for a model of Qwen as it was published."""
    if choice.kind == "edge":
        return choice.weights or locate_shipped("edge-restorer")
    # Late, because only adapters need diffusers.
    from rr_tasks.restorer.qwen.model import adapter_url  # noqa: PLC0415

    return choice.adapter and adapter_url(choice.adapter)


def find_rejection(candidate: RestorerChoice, folder: str) -> Promotion | None:
    """Return the line in which a person refused these weights or took them back.

    None if nobody did, or if they were promoted again afterwards.
    """
    digest, found = _hash(weights_of(candidate)), None
    for row in read_history(folder, candidate.kind):
        if digest == (row.before if row.action == "back" else row.candidate):
            found = None if row.action == "promoted" else row
    return found


def refuse(candidate: RestorerChoice, folder: str, verdict: Verdict, note: str) -> None:
    """Write down that a person does not want a candidate."""
    current = _hash(weights_in_use(folder, candidate.kind))
    row = Promotion(
        at=_now(),
        action="refused",
        candidate=_hash(weights_of(candidate)),
        in_use=current,
        before=current,
        restorer=find_champion(folder, candidate),
        verdict=verdict,
        note=note,
    )
    _append(row, folder)


def promote(
    candidate: RestorerChoice, folder: str, verdict: Verdict, note: str = ""
) -> RestorerChoice:
    """Put a candidate into use, keep the weights of before, and return the restorer in use.

    Args:
        candidate: the restorer.
        folder: URL of the champions.
        verdict: why it is better.
        note: what a person said who agreed.
    """
    remove_leftovers(folder)
    before = _keep(weights_of(find_champion(folder, candidate)), folder, candidate.kind)
    in_use = _keep(weights_of(candidate), folder, candidate.kind)
    row = Promotion(
        at=_now(),
        action="promoted",
        candidate=in_use,
        in_use=in_use,
        before=before,
        restorer=candidate,
        verdict=verdict,
        note=note,
    )
    return _use(row, folder)


def go_back(folder: str, kind: Kind, note: str = "") -> RestorerChoice:
    """Put the restorer that was in use before the last promotion into use again, and return it.

    Raises:
        NothingBeforeError: nothing was promoted, or all of it was taken back.
    """
    remove_leftovers(folder)
    standing: list[Promotion] = []
    for row in read_history(folder, kind):
        if row.action == "promoted":
            standing.append(row)
        elif row.action == "back":
            standing = standing[:-1]
    if not standing:
        raise NothingBeforeError(
            f"{ledger_url(folder, kind)}: names no promotion that could be taken back"
        )
    last = standing.pop()
    kept = last.before and _kept(last.before, folder, kind)
    row = Promotion(
        at=_now(),
        action="back",
        in_use=last.before,
        before=last.in_use,
        restorer=standing[-1].restorer if standing else _equip(_begin_with(last.restorer), kept),
        note=note,
    )
    return _use(row, folder)


def _use(row: Promotion, folder: str) -> RestorerChoice:
    """Write a line of the ledger, and then carry it out."""
    kind = row.restorer.kind
    _append(row, folder)
    target = join(folder, f"{_name(kind)}.safetensors")
    if row.in_use is None:
        remove(target)
        return _equip(row.restorer, None)
    publish_bytes(read_bytes(_kept(row.in_use, folder, kind)), target)
    return _equip(row.restorer, target)


def _append(row: Promotion, folder: str) -> None:
    kind = row.restorer.kind
    lines = [one.model_dump_json() for one in (*read_history(folder, kind), row)]
    publish_bytes("".join(f"{line}\n" for line in lines).encode(), ledger_url(folder, kind))


def _keep(weights: str | None, folder: str, kind: Kind) -> Sha256 | None:
    """Keep a copy of weights under their hash, which is returned."""
    digest = _hash(weights)
    if weights is not None and digest is not None:
        copy = _kept(digest, folder, kind)
        if not exists(copy):
            publish_bytes(read_bytes(weights), copy)
    return digest


def _kept(digest: Sha256, folder: str, kind: Kind) -> str:
    return join(folder, _name(kind), f"{digest[:16]}.safetensors")


def _hash(weights: str | None) -> Sha256 | None:
    return weights and hash_weights(weights)


def _begin_with(like: RestorerChoice) -> RestorerChoice:
    """Return the restorer in use before anything was promoted."""
    return EdgeRestorerChoice() if like.kind == "edge" else _equip(like, None)


def _equip(choice: RestorerChoice, weights: str | None) -> RestorerChoice:
    return choice.model_copy(update={"weights" if choice.kind == "edge" else "adapter": weights})


def _name(kind: Kind) -> str:
    return f"{kind}-restorer"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
