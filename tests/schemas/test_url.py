"""Keys and passwords do not belong into a URL, and are not repeated when they are there."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.archive import RestoreParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.promotion import PromoteParameters
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.publish import MODELS
from schemas.reasoner import QwenReasonerChoice
from schemas.restorer import QwenRestorerChoice
from schemas.url import holds_secret, mask_secrets


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
        "https://example.org/a.jpg?pass=hush",
        "https://example.org/a.jpg?passphrase=hush",
        "https://example.org/a.jpg?bearer=hush",
        "https://example.org/a.jpg?Authorization=hush",
        "https://example.org/a.jpg?session_id=hush",
        "s3://photos/sets?X-Amz-Security-Token=hush",
        "https://photos.s3.amazonaws.com/a.jpg?X%2DAmz%2DSignature=hush",
        "https://hush@raw.githubusercontent.com/me/photos/a.jpg",
        "DefaultEndpointsProtocol=https;AccountName=photos;AccountKey=hush",
        "Endpoint=sb://photos;SharedAccessKey=hush",
        "ftp://me:hush@example.org/photos",
        "ftp://me:hu/sh@example.org/photos",
        "webdav+https://:hush@example.org",
        "https:/me:hush@example.org",
        "https://example.org/a.jpg?SIG=hush",
        "https%3A%2F%2Fme%3Ahush%40example.org",
        "https://example.org/a%3Fsig%3Dhush",
        "https://example.org/a?%2573ig=hush",
        "account.blob.core.windows.net/photos?sv=2024&sig=hush",
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
        lambda: QwenRestorerChoice(model=url),
        lambda: QwenReasonerChoice(model=url),
    ):
        with pytest.raises(ValidationError, match="must not hold keys, passwords") as caught:
            refused()
        assert "hu" not in str(caught.value)
        assert "key@" not in str(caught.value)
    told = mask_secrets(f"cannot read {url!r}: denied")
    assert "hu" not in told.replace("githubusercontent", "")
    assert "key@" not in told
    assert told.startswith("cannot read ")
    assert mask_secrets(told) == told


@pytest.mark.parametrize(
    "url",
    [
        "photos/me@home:2024",
        "/home/me@work/a:b",
        "C:/photos",
        "C:/a:b@c",
        "ftp://me@example.org/photos",
        "http://[::1]:8000/a@b",
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
    if "sig=" not in url:  # masks may go too far
        assert (
            mask_secrets(f"{url}: no such file, see me@home") == f"{url}: no such file, see me@home"
        )


def test_only_the_secret_is_masked() -> None:
    assert mask_secrets("ftp://me:hush@host/a: no answer") == "ftp://***@host/a: no answer"
    assert mask_secrets("'https://host/a?x=1&sig=hush&y=2'") == "'https://host/a?x=1&sig=***&y=2'"
    assert mask_secrets("me:hush@example.org/a, and again") == "***@example.org/a, and again"
    assert mask_secrets("'me:hush@localhost:5432'") == "'***@localhost:5432'"
    assert mask_secrets("s3://photos: no such bucket; ask me@home") == (
        "s3://photos: no such bucket; ask me@home"
    )


NO_URLS = {
    "revision",
    "note",
    "licence",
    "include",
    "exclude",
    "device_map",
    "key_variable",
    "RemoteReasonerChoice.model",
}


@pytest.mark.parametrize("name", [name for name in MODELS if name.endswith("-parameters")])
def test_no_text_of_parameters_is_forgotten(name: str) -> None:
    """A text is a URL, which is checked, or one of few that cannot be any."""
    schema = MODELS[name][1].model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        for field, about in part.get("properties", {}).items():
            if not {field, f"{part['title']}.{field}"} & NO_URLS:
                assert not list(free_texts(about)), f"{part['title']}.{field}"


def free_texts(about: Any) -> Iterator[Any]:
    """The texts in the schema of a field that may hold anything."""
    if about.get("type") == "string" and not about.keys() & {"pattern", "enum", "const"}:
        yield about
    inner = [*about.get("anyOf", ()), *about.get("oneOf", ()), about.get("items")]
    for one in filter(None, inner):
        yield from free_texts(one)
