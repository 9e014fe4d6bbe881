import numpy as np

from rr_tasks.degrade.streams import Streams

NUMBERED = ("haze", "blur", "rain", "noise", "depth", "jpeg", "partial")


def streams(seed: int = 3) -> Streams:
    return Streams(np.random.default_rng(seed))


def test_the_first_seven_are_those_of_published_recipes() -> None:
    spawned = np.random.default_rng(3).spawn(7)
    for name, rng in zip(NUMBERED, spawned, strict=True):
        assert streams()[name].integers(1 << 60) == rng.integers(1 << 60)


def test_every_name_has_a_stream_of_its_own() -> None:
    names = (*NUMBERED, "darkness", "snow", "")
    drawn = {streams()[name].integers(1 << 60) for name in names}
    assert len(drawn) == len(names)


def test_a_stream_depends_on_its_name_and_the_seed_alone() -> None:
    one, other = streams(), streams()
    other["snow"].random(5)
    other["haze"].random(5)
    assert one["darkness"].random() == other["darkness"].random()
    assert one["darkness"].random() != streams(4)["darkness"].random()


def test_a_stream_goes_on_and_another_photograph_has_others() -> None:
    rng = np.random.default_rng(3)
    first, second = Streams(rng), Streams(rng)
    for name in ("haze", "snow"):
        drawn = {first[name].random(), first[name].random(), second[name].random()}
        assert len(drawn) == 3
