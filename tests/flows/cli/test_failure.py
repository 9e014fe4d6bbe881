"""What does not fit is told in the words of the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cli
from tests.commands import only_error


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (
            "synthesize photos out --shard-size 0",
            "--shard-size: should be greater than 0 (given: 0)",
        ),
        ("restore photos out --threshold 101", "--threshold: should be less than or equal to 100"),
        ("train restorer data notes out --batch-size 0", "--batch-size: should be greater than 0"),
        (
            "export hf data out --split my-split",
            "--split: should be letters, digits and underscores, such as train (given: 'my-split')",
        ),
    ],
)
def test_an_option_is_called_as_it_was_typed(command: str, line: str) -> None:
    result = CliRunner().invoke(cli.app, command.split())
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {line}")
    assert len(result.stderr.splitlines()) == 1


def test_a_rule_about_several_settings_does_not_list_all_of_them() -> None:
    command = "align data notes out --set sampler=cps --set noise=2"
    result = CliRunner().invoke(cli.app, command.split())
    assert result.exit_code == 2
    assert result.stderr == "Error: noise (2.0) is at most 1 with the sampler cps\n"


@pytest.mark.parametrize(
    "command",
    [
        "inspect {url}",
        "diagnose {url}",
        "restore {url} out",
        "restore {url} {url}&x=1 out",
        "restore photos out --restorer {url}",
        "restore photos out --tier qwen --restorer {url}",
        "status {url}",
        "undo {url} --yes",
        "synthesize {url} out",
        "recipe --sheet {url}",
        "ingest reside {url} out",
        "annotate {url}",
        "annotate data --refresh --against {url}",
        "migrate {url}",
        "evaluate photos {url}",
        "pipeline photos {url} out",
        "train reasoner data out --start {url}",
        "export hf {url} out",
    ],
)
@pytest.mark.parametrize(
    "url",
    [
        "s3://me:hush@photos/sets",
        "ftp://me:hu/sh:hush@host/sets",
        "https://host/sets/?X-Amz-Date=1&X-Amz-Signature=hush",
    ],
)
def test_no_command_repeats_a_secret_in_a_url(command: str, url: str) -> None:
    result = CliRunner().invoke(cli.app, command.format(url=url).split())
    assert result.exit_code in (1, 2)
    assert "must not hold keys, passwords" in result.stderr
    assert "hush" not in result.output


def test_nothing_is_begun_without_something_to_start_from(dataset: str, tmp_path: Path) -> None:
    for network in (["reasoner", dataset], ["restorer", dataset, dataset]):
        command = ["train", *network, str(tmp_path / "out"), "--start", str(tmp_path / "nope")]
        result = CliRunner().invoke(cli.app, command)
        assert result.exit_code == 1
        assert only_error(result)
        assert not list(tmp_path.iterdir())


def test_what_is_no_command_may_be_a_secret() -> None:
    result = CliRunner().invoke(cli.app, ["s3://me:hush@photos\u202e"])
    assert result.exit_code == 2
    assert "s3://***@photos" in result.stderr
    assert "hush" not in result.stderr
    assert "\u202e" not in result.stderr
