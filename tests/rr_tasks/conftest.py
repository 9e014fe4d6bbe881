from types import ModuleType

import pytest

from tests import makers


@pytest.fixture
def make() -> ModuleType:
    """The makers of photographs, by name."""
    return makers
