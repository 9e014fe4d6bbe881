"""Whether the installed libraries are those that this release needs."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from flows.checks.finding import Finding

_PACKAGE = "reason-and-restore"


def check_dependencies() -> Finding:
    """Compare what is installed with what the package asks for; extras count where they are."""
    needed = [Requirement(line) for line in requires(_PACKAGE) or ()]
    unfit = dict(_find_unfit(needed))
    if not unfit:
        return Finding("dependencies", "all libraries are as this release needs them")
    wanted = " ".join(f"'{requirement}'" for requirement in unfit)
    return Finding(
        "dependencies", "; ".join(unfit.values()), f"run: pip install {wanted}", wrong=True
    )


def _find_unfit(needed: list[Requirement]) -> Iterator[tuple[str, str]]:
    """Yield what to install, and what is wrong now, for each library that does not fit."""
    for requirement in needed:
        of_extra = "extra" in str(requirement.marker)
        wanted = f"{requirement.name}{requirement.specifier}"
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            if not of_extra:
                yield wanted, f"{requirement.name} is missing"
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            yield wanted, f"{requirement.name} is {installed}, not {requirement.specifier}"
