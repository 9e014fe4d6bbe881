"""Shows what `rr bench` measured, and the aims."""

from collections.abc import Iterable, Sequence

from rich.console import Console

from flows.bench import SynthesisSpeeds
from flows.cli.show.table import Column, print_columns
from rr_tasks.benchmarks.diagnosis import SIDE, DiagnosisSpeed
from rr_tasks.benchmarks.inspection import InspectionSpeed
from rr_tasks.benchmarks.loading import LoadingSpeed
from rr_tasks.benchmarks.network import NetworkSpeed
from rr_tasks.benchmarks.restoration import SETTINGS, RestorationSpeeds
from rr_tasks.benchmarks.speed import Speed
from rr_tasks.plural import say_count


def show_restoration_speeds(console: Console, speeds: RestorationSpeeds) -> None:
    """Print the speed of restoring in every setting, relative to that on one core."""
    rates = [speed.per_second for speed in speeds.settings]
    print_columns(
        console,
        "rr restore, alone and beside a busy process",
        [
            Column("", [setting.name for setting in SETTINGS]),
            _figures("workers", (speed.workers for speed in speeds.settings), ","),
            _figures("MP/s", rates, ".3f"),
            _figures("times one core", (rate / rates[0] for rate in rates), ".2f"),
            *_memory(speeds.settings),
        ],
    )
    share = rates[0] / speeds.models_per_second
    console.print(
        f"the models alone, on one core: {speeds.models_per_second:.3f} MP/s; from end to end "
        f"{share:.1%} of that"
    )
    console.print(
        f"judging restorations takes {speeds.judging_share:.1%} of the restorer's time "
        "(aim: under 10%)"
    )
    if speeds.settings[1].workers == 2:
        console.print("aims on two cores: at least 1.85 times one core, 0.90 beside a busy process")
    same = len({speed.sha256 for speed in speeds.settings}) == 1
    console.print(f"the same bytes in every setting: {_say_whether(same)}")


def show_diagnosis_speed(console: Console, speed: DiagnosisSpeed) -> None:
    """Print the time of a diagnosis beside that of the restoration."""
    console.print(
        f"{say_count(speed.photographs, 'photograph')} of {SIDE} x {SIDE}, medians: diagnosis "
        f"{1000 * speed.diagnosis_seconds:.1f} ms, restoration "
        f"{1000 * speed.restoration_seconds:.1f} ms; the diagnosis takes {speed.share:.1%} of that "
        "(aim: under 10%)"
    )


def show_network_speed(console: Console, speed: NetworkSpeed) -> None:
    """Print how fast both forms of the network are, and what each kind of operation achieves."""
    console.print(
        f"{speed.side} x {speed.side}, one core, medians of processor time: as trained "
        f"{1000 * speed.trained_seconds:.0f} ms, fused {1000 * speed.fused_seconds:.0f} ms, "
        f"{speed.gain:.2f} times as fast; the results agree to {speed.psnr:.1f} dB"
    )
    spent, peaks = speed.spent, speed.peaks
    print_columns(
        console,
        f"what the fused network spends; peaks: {peaks.flops / 1e9:.0f} GFLOP/s in matrix "
        f"products, {peaks.bandwidth / 1e9:.0f} GB/s copied in memory",
        [
            Column("", [one.kind for one in spent]),
            _figures("ms", (1000 * one.seconds for one in spent), ".1f"),
            _figures("GFLOP", (one.flop / 1e9 for one in spent), ".2f"),
            _figures("MB", (one.moved / 1e6 for one in spent), ".0f"),
            _figures("GFLOP/s", (one.flop / one.seconds / 1e9 for one in spent), ".0f"),
            _figures("of peak", (one.flop / one.seconds / peaks.flops for one in spent), ".0%"),
            _figures("GB/s", (one.moved / one.seconds / 1e9 for one in spent), ".0f"),
        ],
    )


def show_synthesis_speeds(console: Console, speeds: SynthesisSpeeds) -> None:
    """Print the speed and memory of synthesis on one thread and with more workers."""
    console.print(
        "all four degradations at 512 x 512, one thread, without encoding: "
        f"{speeds.degraded_per_second:.1f} images/s (aim: at least 4)"
    )
    whole = speeds.whole
    console.print(
        f"whole synthesis, one thread: {whole.samples / whole.whole_seconds:.1f} samples/s, "
        f"{whole.ratio:.2f} times the time of encoding its images alone (aim: at most 2)"
    )
    rates = [speed.per_second for speed in speeds.by_workers]
    print_columns(
        console,
        "rr synthesize by the number of workers",
        [
            _figures("workers", (speed.workers for speed in speeds.by_workers), ","),
            _figures("samples/s", rates, ".1f"),
            _figures("speed-up", (rate / rates[0] for rate in rates), ".2f"),
            *_memory(speeds.by_workers),
        ],
    )
    same = len({speed.sha256 for speed in speeds.by_workers}) == 1
    console.print(f"the same bytes with any number of workers: {_say_whether(same)}")


def show_loading_speed(console: Console, speed: LoadingSpeed) -> None:
    """Print how fast training data is loaded, what training consumes, and the memory."""
    console.print(
        f"loader alone: {speed.loaded_per_second:.0f} examples/s over "
        f"{say_count(speed.loaded, 'example')}; "
        f"training step of the edge restorer: {speed.consumed_per_second:.1f} examples/s "
        f"({speed.step_seconds:.2f} s a step)"
    )
    console.print(f"the loader is {speed.ratio:.1f} times as fast (aim: at least 5)")
    console.print(
        f"peak memory: {speed.first_peak_mib:.0f} MiB after the first quarter, "
        f"{speed.last_peak_mib:.0f} MiB after the last"
    )


def show_inspection_speed(console: Console, speed: InspectionSpeed) -> None:
    """Print how long a survey takes."""
    console.print(
        f"{say_count(speed.rows, 'row')} in {say_count(speed.shards, 'shard')} surveyed in "
        f"{speed.seconds:.1f} s; peak memory {speed.peak_mib:.0f} MiB"
    )


def _memory(speeds: Sequence[Speed]) -> list[Column]:
    return [
        _figures("peak MiB, first quarter", (speed.first_peak_mib for speed in speeds), ",.0f"),
        _figures("peak MiB", (speed.last_peak_mib for speed in speeds), ",.0f"),
    ]


def _figures(heading: str, values: Iterable[float], form: str) -> Column:
    return Column(heading, [format(value, form) for value in values], right=True)


def _say_whether(true: bool) -> str:
    return "yes" if true else "NO"
