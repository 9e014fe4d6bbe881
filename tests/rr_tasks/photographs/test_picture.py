import cv2
import numpy as np

from rr_tasks.photographs.picture import encode_picture
from tests.makers import scene


def test_a_picture_shows_the_same_colours_and_takes_more_room_the_better_it_is() -> None:
    image = cv2.GaussianBlur(scene(64, 48), (0, 0), 2)
    image[..., 2] //= 4
    good, poor = (encode_picture(image, quality) for quality in (95, 30))
    assert len(poor) < len(good)
    seen = cv2.imdecode(np.frombuffer(good, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert np.abs(seen.astype(float) - image).mean() < 3
