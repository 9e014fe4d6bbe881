"""Whether the credentials reach what a run reads and writes."""

import os
import uuid

from flows.checks.finding import Finding
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from schemas.errors import ExpectedError
from schemas.settings import S3Settings, s3_settings

_ADVICE = "see docs/STORAGE.md, Settings"


def check_credentials() -> Finding:
    """Look at the settings for S3, without a request."""
    try:
        settings = s3_settings()
    except ExpectedError as error:
        return Finding("credentials", str(error), _ADVICE, wrong=True)
    where = settings.endpoint_url or "AWS"
    return Finding("credentials", f"s3:// is {where}, with {_describe_keys(settings)}")


def _describe_keys(settings: S3Settings) -> str:
    if settings.access_key:
        return "the keys of RR_S3_ACCESS_KEY and RR_S3_SECRET_KEY"
    if settings.profile:
        return f"the AWS profile {settings.profile}"
    if "AWS_ACCESS_KEY_ID" in os.environ:
        return "the keys of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    return "AWS profiles or roles of this machine, if there are any"


def check_input(url: str) -> Finding:
    """List a folder that runs will read."""
    try:
        names = open_folder(url).names("")
    except (StorageError, ExpectedError) as error:
        return Finding("input", str(error), _ADVICE, wrong=True)
    if not names:
        return Finding("input", f"{url} is missing or has no files at its top", "check the path")
    return Finding("input", f"{url} can be listed")


def check_output(url: str) -> Finding:
    """Write a file into a folder that runs will write, twice, and remove it."""
    name = f".rr-doctor-{uuid.uuid4().hex}"
    try:
        exclusive = _try_writing(open_folder(url), name)
    except (StorageError, ExpectedError) as error:
        return Finding("output", str(error), _ADVICE, wrong=True)
    if not exclusive:
        advice = "let only one run at a time write there (docs/STORAGE.md, What is not guaranteed)"
        return Finding("output", f"{url} ignores If-None-Match", advice)
    return Finding("output", f"{url} can be written")


def _try_writing(folder: Folder, name: str) -> bool:
    """Whether only the first of two can write the same file, as claims need."""
    try:
        return folder.write_if_absent(name, b"1") and not folder.write_if_absent(name, b"2")
    finally:
        folder.remove(name)
