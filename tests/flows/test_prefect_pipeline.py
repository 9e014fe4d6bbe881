"""A whole pipeline on a real Prefect server: what its API tells, and what people see in its UI."""

import json
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Locator, Page
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter
from prefect.server.api.server import create_ui_app

from flows.deploy import Deployed
from flows.deployments import (
    align,
    annotate,
    evaluate,
    pipeline,
    promote,
    restore,
    synthesize,
    train_restorer,
)
from flows.pipeline import PipelineResult
from schemas.parameters.pipeline import PipelineParameters
from tests.browser import PHONE, opened, overflow
from tests.flows.runs import arrows, artifacts, last_run, task_runs

STAGES = (synthesize, annotate, train_restorer, align, evaluate, promote, restore, pipeline)


@pytest.fixture(scope="module")
def finished(
    server: Path, photographs: Path, heldout: Path, tmp_path_factory: pytest.TempPathFactory
) -> PipelineResult:
    """What came of a pipeline whose parameters are plain JSON."""
    return pipeline(
        parameters={
            "photographs": str(photographs),
            "heldout": str(heldout),
            "output": str(tmp_path_factory.mktemp("work")),
            "synthesis": {"samples": 4},
            "restorer": {"steps": 1, "learning_rate": 1e-7},
            "alignment": {
                "steps": 1,
                "groups": 1,
                "members": 2,
                "crop_side": 64,
                "learning_rate": 1e-7,
            },
        }
    )


def test_plain_json_runs_the_pipeline(finished: PipelineResult) -> None:
    assert finished.summary.found == 16
    assert isinstance(finished.promoted.evaluation.rows, pl.DataFrame)
    for stage in STAGES:
        state = last_run(stage).state
        assert state is not None
        assert state.is_completed(), stage.name
    (training,) = task_runs(last_run(train_restorer), 1)
    assert training == "train restorer"
    assert artifacts(last_run(train_restorer))["train-restorer"].data == 100.0
    shown = artifacts(last_run(align))
    assert shown["align-restorer"].data == 100.0
    assert "data:image/svg+xml;base64," in str(shown["alignment-curves"].data)
    assert {"what": "step", "value": 1} in json.loads(str(shown["alignment"].data))
    assert finished.promoted.verdict.reason in str(artifacts(last_run(promote))["verdict"].data)
    assert set(artifacts(last_run(evaluate))) == {
        "make-evaluation-set-champion",
        "evaluate-champion",
        "quality-champion",
        "artefacts-champion",
        "diagnosis-champion",
        "examples-champion",
    }
    digest = str(artifacts(last_run(pipeline))["summary"].data)
    assert finished.report in digest
    assert "data:image/jpeg;base64," in digest
    assert "| all degraded |" in digest
    assert arrows(last_run(pipeline)) >= {
        ("synthesize", "annotate"),
        ("synthesize", "train-restorer"),
        ("annotate", "train-restorer"),
        ("train-restorer", "align"),
        ("align", "promote"),
        ("promote", "restore"),
    }


@pytest.fixture(scope="module")
def ui(server: Path) -> Iterator[str]:
    """The address of Prefect's UI, which its server for tests leaves out."""
    config = uvicorn.Config(create_ui_app(ephemeral=False), port=0, log_level="error")
    serving = uvicorn.Server(config)
    thread = threading.Thread(target=serving.run)
    thread.start()
    while not serving.started:
        thread.join(0.05)
        assert thread.is_alive()
    port = serving.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    serving.should_exit = True
    thread.join()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that reaches this machine only."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    page.route(
        "**/*",
        lambda route: (
            route.continue_()
            if "//127.0.0.1" in route.request.url or route.request.url.startswith("data:")
            else route.abort()
        ),
    )
    yield page
    page.close()


def show_bars(graph: Locator) -> bool:
    """Whether a graph has green bars, which are runs that completed."""
    shown = np.asarray(Image.open(BytesIO(graph.screenshot())).convert("RGB")).astype(int)
    red, green, blue = np.moveaxis(shown, -1, 0)
    return int(((green > red + 60) & (green > blue + 40)).sum()) > 100


def test_people_find_runs_graph_and_pictures(finished: PipelineResult, ui: str, page: Page) -> None:
    run = last_run(pipeline)
    page.goto(f"{ui}/v2/runs", wait_until="commit")
    page.get_by_role("link", name=run.name).first.click()
    graph = page.locator("canvas").first
    graph.wait_for()
    page.get_by_text(finished.promoted.verdict.reason).first.wait_for()
    while not show_bars(graph):
        page.wait_for_timeout(200)
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("summary", exact=True).first.click()
    page.get_by_role("heading", name="How good is it?").wait_for()
    picture = page.locator("main img").first
    picture.wait_for()
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 0
    assert page.get_by_role("cell", name="all degraded").count() == 1


@pytest.mark.parametrize("width", [1280, PHONE])
def test_reports_can_be_read_on_a_desk_and_on_a_phone(
    finished: PipelineResult, browser: Browser, width: int
) -> None:
    for report in (finished.report, finished.summary.report):
        with opened(browser, Path(report), width) as page:
            page.locator("img").first.wait_for()
            assert overflow(page) == 0


def test_people_fill_in_a_form_that_refuses_what_cannot_be(
    deployed: Deployed, ui: str, page: Page
) -> None:
    with get_client(sync_client=True) as client:
        form = client.read_deployment_by_name("pipeline/pipeline").id
    page.goto(f"{ui}/v2/deployments/deployment/{form}/run", wait_until="commit")
    page.get_by_text("Height and width in pixels of what is restored and judged").wait_for()
    assert page.get_by_label("Photographs").input_value() == "photographs"
    page.get_by_label("Objective").click()
    page.get_by_role("option", name="nft").click()
    samples, submit = page.get_by_label("Samples"), page.get_by_role("button", name="Submit")
    samples.fill("0")
    submit.click()
    page.get_by_text("Error creating flow run").wait_for()
    fault = page.get_by_text("0 is less than or equal to the minimum of 0", exact=True)
    fault.wait_for()
    samples.fill("4")
    fault.wait_for(state="hidden")
    submit.click()
    page.wait_for_url("**tab=Runs", wait_until="commit")
    chosen = DeploymentFilter.model_validate({"id": {"any_": [str(form)]}})
    with get_client(sync_client=True) as client:
        (run,) = client.read_flow_runs(deployment_filter=chosen)
        client.delete_flow_run(run.id)
    asked = PipelineParameters.model_validate(run.parameters["parameters"])
    assert (asked.synthesis.samples, asked.alignment.objective) == (4, "nft")
