from threading import Thread

from rr_tasks.archive.window import Window


def tries(window: Window, weight: int) -> tuple[Thread, list[bool]]:
    answers: list[bool] = []
    thread = Thread(target=lambda: answers.append(window.enter(weight)), daemon=True)
    thread.start()
    thread.join(0.05)
    return thread, answers


def test_bounds_the_number_and_the_weight() -> None:
    window = Window(images=2, weight=100)
    assert window.enter(10)
    assert window.enter(10)
    thread, answers = tries(window, 10)
    assert answers == []
    window.leave(10)
    thread.join(5)
    assert answers == [True]
    window.leave(10)
    thread, answers = tries(window, 91)
    assert answers == []
    window.leave(10)
    thread.join(5)
    assert answers == [True]


def test_one_that_is_too_heavy_comes_in_alone() -> None:
    window = Window(images=2, weight=100)
    assert window.enter(500)
    _, answers = tries(window, 1)
    assert answers == []
    window.close()


def test_closing_sends_away_who_waits() -> None:
    window = Window(images=1, weight=100)
    window.enter(1)
    thread, answers = tries(window, 1)
    window.close()
    thread.join(5)
    assert answers == [False]
    assert not window.enter(1)
