import pytest
from typer.testing import CliRunner, Result

from flows import cli
from tests.commands import Rr


@pytest.fixture
def rr() -> Rr:
    """Runs the command line in this process; a traceback fails the test."""

    def run(*arguments: object, code: int = 0) -> Result:
        result = CliRunner().invoke(
            cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "100"}
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return run
