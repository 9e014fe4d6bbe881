"""Limits how many decoded photographs are in memory at once."""

from threading import Condition


class Window:
    """Admits photographs until `images` photographs, or pixels of total `weight`, are inside.

    A photograph heavier than `weight` is admitted alone. Photographs must enter one at a time, in
    the order in which they leave the decoder, or two could wait for each other.
    """

    def __init__(self, images: int, weight: int) -> None:
        self._images = images
        self._weight = weight
        self._inside: list[int] = []
        self._closed = False
        self._changed = Condition()

    def enter(self, weight: int) -> bool:
        """Wait until there is room; return False if the window was closed meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(weight))
            if self._closed:
                return False
            self._inside.append(weight)
            return True

    def leave(self, weight: int) -> None:
        """Free the room of a photograph that is finished."""
        with self._changed:
            self._inside.remove(weight)
            self._changed.notify_all()

    def close(self) -> None:
        """Admit nothing more, and wake all waiting threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _has_room(self, weight: int) -> bool:
        if not self._inside:
            return True
        return len(self._inside) < self._images and sum(self._inside) + weight <= self._weight
