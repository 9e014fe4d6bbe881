from collections.abc import Callable

import pytest
import torch

from rr_tasks.restorer.edge import TAU, EdgeRestorer
from rr_tasks.restorer.network import CONDITION_LENGTH, EdgeCondition, RestorerNetwork
from rr_tasks.restorer.protocol import Place
from rr_tasks.restorer.sampling import restore_parts, walk
from schemas.network import RestorerShape
from schemas.prior.current import DiagnosticPrior

MakeNetwork = Callable[..., RestorerNetwork]
IMAGE = torch.rand(2, 3, 32, 48, generator=torch.Generator().manual_seed(0))
UNGUIDED = IMAGE[:, :0]
UNKNOWN = EdgeCondition(IMAGE, torch.zeros(2, CONDITION_LENGTH), UNGUIDED)


def test_a_new_network_changes_nothing(restorer_network: MakeNetwork) -> None:
    flow = EdgeRestorer(restorer_network())
    with torch.no_grad():
        condition = flow.prepare(IMAGE, [None, None], UNGUIDED)
        assert torch.equal(restore_parts(flow, condition, [Place(0, 0)] * 2), IMAGE)


def test_the_velocity_leads_to_the_predicted_image(restorer_network: MakeNetwork) -> None:
    network = restorer_network(noise=0.2)
    flow = EdgeRestorer(network)
    condition = flow.prepare(IMAGE, [None, None], UNGUIDED)
    x, t = IMAGE + 0.05, torch.tensor([0.5, 1.0])
    with torch.no_grad():
        clean = network(x, t, condition)
        velocity = flow.velocity(x, t, condition)
    assert torch.allclose(x - t[:, None, None, None] * velocity, clean, atol=1e-6)
    assert not torch.allclose(clean, IMAGE, atol=1e-3)


def test_the_source_lies_around_the_degraded_image(restorer_network: MakeNetwork) -> None:
    flow = EdgeRestorer(restorer_network())
    source = flow.source(flow.prepare(IMAGE, [None, None], UNGUIDED))
    assert torch.equal(source.mean, IMAGE)
    start = source.draw(torch.Generator().manual_seed(0))
    assert (start - IMAGE).std() == pytest.approx(TAU, rel=0.05)


def test_images_stay_in_range(restorer_network: MakeNetwork) -> None:
    flow = EdgeRestorer(restorer_network(noise=5.0))
    condition = flow.prepare(IMAGE, [None, None], UNGUIDED)
    with torch.no_grad():
        restored = walk(flow, condition, IMAGE, (1.0, 0.5, 0.0))
    assert [bound.item() for bound in restored.aminmax()] == [0.0, 1.0]


def test_prior_time_and_image_all_matter(
    restorer_network: MakeNetwork, prior: DiagnosticPrior
) -> None:
    network = restorer_network(noise=0.5)
    one = torch.ones(2)
    known = EdgeRestorer(network).prepare(IMAGE, [prior, prior], UNGUIDED)
    with torch.no_grad():
        reference = network(IMAGE, one, known)
        for other in (
            network(IMAGE, one, UNKNOWN),
            network(IMAGE, one / 2, known),
            network(IMAGE.flip(3), one, known),
        ):
            assert not torch.allclose(reference, other, atol=1e-4)


def test_a_withheld_prior_differs_from_every_known_one(
    restorer_network: MakeNetwork, prior: DiagnosticPrior
) -> None:
    rendered = EdgeRestorer(restorer_network()).prepare(IMAGE, [prior, None], UNGUIDED).prior
    assert rendered.shape == (2, CONDITION_LENGTH)
    assert rendered[:, -1].tolist() == [1.0, 0.0]
    assert not rendered[1].any()


def test_samples_of_a_batch_do_not_mix(restorer_network: MakeNetwork) -> None:
    network = restorer_network(noise=0.5)
    with torch.no_grad():
        both = network(IMAGE, torch.ones(2), UNKNOWN)
        alone = network(IMAGE[:1], torch.ones(1), EdgeCondition(*(one[:1] for one in UNKNOWN)))
    assert torch.allclose(both[:1], alone, atol=1e-5)


@pytest.mark.parametrize("levels", [0, 1, 3, 4])
def test_sizes_that_are_multiples_of_the_stride_are_kept(levels: int) -> None:
    blocks = (1,) * levels
    shape = RestorerShape(width=4, encoder=blocks, middle=1, decoder=blocks, embedding=4)
    network = RestorerNetwork(shape).eval()
    for size in ((network.stride, network.stride), (3 * network.stride, network.stride)):
        image = torch.zeros(1, 3, *size)
        with torch.no_grad():
            condition = EdgeCondition(image, UNKNOWN.prior[:1], image[:, :0])
            assert network(image, torch.ones(1), condition).shape == image.shape
