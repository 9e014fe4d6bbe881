"""A candidate restorer and the one in use -> the better of them, in use from then on."""

from dataclasses import dataclass

from flows.answer import NobodyAnsweredError
from flows.evaluate import Evaluation, evaluate
from flows.host import host
from flows.markdown import write_code, write_table, write_text
from rr_tasks.evaluation.champion import find_champion, find_rejection, go_back, refuse
from rr_tasks.evaluation.champion import promote as put_into_use
from rr_tasks.evaluation.promotion import compare
from rr_tasks.storage.files import name_of
from schemas.parameters.promotion import PromoteParameters, RollBackParameters
from schemas.promotion import Verdict
from schemas.restorer import RestorerChoice


@dataclass(frozen=True)
class Promoted:
    """What was decided, the restorer in use now, and what was measured of both before."""

    verdict: Verdict
    restorer: RestorerChoice
    candidate: Evaluation
    champion: Evaluation

    @property
    def evaluation(self) -> Evaluation:
        """What was measured of the restorer in use now."""
        return self.candidate if self.verdict.promoted else self.champion


def promote(parameters: PromoteParameters) -> Promoted:
    """Evaluate both on the same held-out photographs; promote only a candidate that is better.

    With a gate, a person decides in the end. What a person refused or took back is not promoted
    again, unless that is asked for.
    """
    check_gate(parameters.gate)
    champion = find_champion(parameters.champions, parameters.candidate)
    # The candidate comes first, because weights that cannot be used should be known early.
    measured, best = (
        _evaluate(parameters, one, role)
        for one, role in ((parameters.candidate, "candidate"), (champion, "champion"))
    )
    verdict, note = compare(best.rows, measured.rows), ""
    if verdict.promoted and not parameters.again:
        verdict = _heed(parameters, verdict)
    if verdict.promoted and parameters.gate:
        verdict, note = _ask(parameters, verdict)
    if verdict.promoted:
        champion = put_into_use(parameters.candidate, parameters.champions, verdict, note)
    _publish(champion, verdict)
    return Promoted(verdict, champion, measured, best)


def roll_back(parameters: RollBackParameters) -> RestorerChoice:
    """Put the restorer before the last promotion into use again, and return it."""
    restorer = go_back(parameters.champions, parameters.kind, parameters.note)
    host().publish_note("in-use", f"In use again: {write_code(restorer.label)}", "Restorer in use")
    host().conclude(f"{name_of(restorer.label)} is in use again")
    return restorer


def _publish(in_use: RestorerChoice, verdict: Verdict) -> None:
    measured = {
        "candidate": (verdict.candidate_psnr, verdict.candidate_severity),
        "champion": (verdict.champion_psnr, verdict.champion_severity),
    }
    rows = [
        {
            "restorer": role,
            "PSNR, dB": f"{psnr:.2f}",
            "severity left": "unknown" if severity is None else f"{severity:.1f}",
        }
        for role, (psnr, severity) in measured.items()
    ]
    parts = [f"**{write_text(verdict.reason)}**", write_table(rows)]
    note = "\n\n".join([*parts, f"In use: {write_code(in_use.label)}"])
    host().publish_note("verdict", note, "Is the candidate better than the champion?")
    host().conclude(verdict.reason)


def check_gate(gate: bool) -> None:
    """Find out before any work whether there is a person to ask, if one is to be asked.

    Raises:
        NobodyAnsweredError: there is none.
    """
    if gate and not host().can_ask():
        raise NobodyAnsweredError(
            "a person is to decide, but this is no terminal, and no Prefect server is configured "
            "in whose UI to ask: set PREFECT_API_URL, run this in a terminal, or leave out --gate"
        )


def _heed(parameters: PromoteParameters, verdict: Verdict) -> Verdict:
    """Keep the champion if a person has already said no to these weights."""
    earlier = find_rejection(parameters.candidate, parameters.champions)
    if earlier is None:
        return verdict
    did = "refused these weights" if earlier.action == "refused" else "took these weights back"
    return _keep_champion(verdict, f"a person {did} on {earlier.at}")


def _ask(parameters: PromoteParameters, verdict: Verdict) -> tuple[Verdict, str]:
    """Let a person agree or refuse, and return the verdict and what the person wrote."""
    candidate = parameters.candidate
    answer = host().ask(
        f"**{verdict.reason}**\n\nCandidate: `{candidate.label}`\n\n"
        f"Put `{name_of(candidate.label)}` into use, in `{parameters.champions}`?"
    )
    if answer.yes:
        return verdict, answer.note
    refused = _keep_champion(verdict, "a person refused the candidate")
    refuse(candidate, parameters.champions, refused, answer.note)
    return refused, answer.note


def _keep_champion(verdict: Verdict, why: str) -> Verdict:
    reason = f"kept the champion: {why}; it was to be {verdict.reason}"
    return verdict.model_copy(update={"promoted": False, "reason": reason})


def _evaluate(parameters: PromoteParameters, restorer: RestorerChoice, role: str) -> Evaluation:
    asked = parameters.evaluation.model_copy(update={"restorer": restorer})
    return host().run_stage(evaluate, asked, role=role)
