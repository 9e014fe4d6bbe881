"""Keys and passwords do not belong into a URL, and are not repeated when they are there."""

import pytest
from pydantic import ValidationError

from schemas.archive import RestoreParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.promotion import PromoteParameters
from schemas.parameters.synthesis import SynthesizeParameters
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
        "https://photos.s3.amazonaws.com/a.jpg?X-Amz-Date=1&X-Amz-Signature=hush",
        "https://photos.s3.amazonaws.com/a.jpg?AWSAccessKeyId=hush&Expires=1",
        "https://account.blob.core.windows.net/photos?sv=2024-01-01&sig=hu%2Fsh",
        "https://storage.googleapis.com/photos/a.jpg?x-goog-signature=hush",
        "https://example.org/a.jpg?secret=hush",
        "https://example.org/a.jpg?access_token=hush",
        "s3://photos/sets?X-Amz-Security-Token=hush",
        "https://photos.s3.amazonaws.com/a.jpg?X%2DAmz%2DSignature=hush",
        "https://hush@raw.githubusercontent.com/me/photos/a.jpg",
        "DefaultEndpointsProtocol=https;AccountName=photos;AccountKey=hush",
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
        with pytest.raises(ValidationError, match="must not hold keys, passwords") as caught:
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
        "photos/what?sig=none.jpg",
        "file:///photos/what?sig=none.jpg",
        "s3://photos/a.jpg?versionId=1",
        "https://example.org/photos?page=2&design=old&monkey=no",
    ],
)
def test_what_only_looks_alike_is_taken(url: str) -> None:
    assert not holds_secret(url)
    assert SynthesizeParameters(photographs=url, output="out").photographs == url
