"""Keys and passwords do not belong into a URL, and are not repeated when they are there."""

import pytest
from pydantic import ValidationError

from schemas.archive import RestoreParameters
from schemas.parameters import EvaluateParameters, PromoteParameters, SynthesizeParameters
from schemas.url import holds_secret


@pytest.mark.parametrize(
    "url",
    [
        "s3://key:hush@photos/sets",
        "s3://key:hu/sh@photos/sets",
        "s3://key@photos/sets",
        "s3a://key:hush@photos",
        "s3:/key:hush@photos",
        "https://me:hush@example.org/photos",
        "simplecache::s3://key:hush@photos/sets",
    ],
)
def test_a_secret_is_refused_and_not_repeated(url: str) -> None:
    assert holds_secret(url)
    for refused in (
        lambda: SynthesizeParameters(photographs=url, output="out"),
        lambda: PromoteParameters(
            candidate="new",
            champions="best",
            evaluation=EvaluateParameters(photographs="photos", output="out", restorer=url),
        ),
        lambda: RestoreParameters(input="photos", output=url),
    ):
        with pytest.raises(ValidationError, match="must not hold keys or passwords") as caught:
            refused()
        assert "hu" not in str(caught.value)
        assert "key@" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "photos/me@home:2024",
        "/home/me@work/a:b",
        "C:/photos",
        "s3://photos/me@home:2024/a",
        "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/photos/sets",
        "abfs://container@account.dfs.core.windows.net/photos",
        "http://127.0.0.1:8000/photos/me@home",
        "memory://photos",
    ],
)
def test_what_only_looks_alike_is_taken(url: str) -> None:
    assert not holds_secret(url)
    assert SynthesizeParameters(photographs=url, output="out").photographs == url
