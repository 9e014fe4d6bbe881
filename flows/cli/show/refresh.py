"""Shows which annotations are stale and what has changed in the new ones."""

from rich.console import Console
from rich.markup import escape

from flows.cli.show.place import print_place
from flows.cli.show.table import print_table
from flows.refresh import Comparison, Refreshed
from rr_tasks.plural import say_count
from rr_tasks.refresh.plan import tabulate_plan

_SHOWN = {
    "type": "degradation",
    "old": "found_old",
    "new": "found_new",
    "appeared": "appeared",
    "vanished": "vanished",
    "agree, %": "agreement",
    "apart": "distance",
    "mean": "shift_mean",
    "5 %": "shift_q05",
    "median": "shift_median",
    "95 %": "shift_q95",
}


def show_refresh(console: Console, refreshed: Refreshed) -> None:
    """Print the plan, then how long it would take (dry run) or what has changed."""
    plan = refreshed.plan
    print_table(console, "Shards before this run", tabulate_plan(plan))
    for folder in plan.unreadable:
        console.print(
            f"[yellow]{escape(folder)}: its spec.json cannot be read, so it was left out[/yellow]",
            soft_wrap=True,
        )
    if refreshed.dry_run:
        console.print(str(refreshed.estimate or "Nothing to diagnose."), soft_wrap=True)
        print_place(console, "Would fill" if plan.pending else "Current", plan.folder)
    if plan.old:
        compared = "Would compare to" if refreshed.dry_run else "Compared with"
        print_place(console, compared, plan.old.folder)
    elif not plan.unreadable:
        console.print("There are no older annotations to compare with.")
    if refreshed.comparison:
        _show_comparison(console, refreshed.comparison)


def _show_comparison(console: Console, comparison: Comparison) -> None:
    totals = comparison.difference.totals.row(0, named=True)
    console.print(
        f"{say_count(totals['samples'], 'diagnosis', 'diagnoses')} compared; equal apart from who "
        f"wrote them: {totals['equal']:,}; in all but their maps: {totals['maps_only']:,}; "
        "with another order of treatment: "
        f"{totals['order_changed']:,}",
        soft_wrap=True,
    )
    shown = comparison.difference.changes.select(**_SHOWN)
    print_table(console, "Found, old and new, and the shift of the severity", shown, places=1)
    print_place(console, "Report", comparison.report)
