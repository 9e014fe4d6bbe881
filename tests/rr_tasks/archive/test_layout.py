import os

from rr_tasks.archive import layout
from rr_tasks.storage.names import to_text


def test_mirrors_names() -> None:
    assert layout.restored("a/b c.JPG") == "a/b c.JPG"
    assert layout.prior("a/b c.JPG") == "a/b c.JPG.prior.json"
    assert layout.prior("x" * 240 + ".jpg") == "x" * 240 + ".jpg.prior.json"


def test_a_long_name_gets_a_diagnosis_of_its_own_that_is_no_longer() -> None:
    names = ["霞" * 82 + ".jpg", "霞" * 81 + "雨.jpg", "x" * 245 + ".jpg", "x" * 251 + ".png"]
    names.append(os.fsdecode(b"caf\xe9" * 62 + b".jpg"))
    priors = [layout.prior(to_text(f"a/{name}")) for name in names]
    assert len(set(priors)) == len(names)
    for name, prior in zip(names, priors, strict=True):
        assert prior.startswith(f"a/{name[:3]}")
        assert prior.endswith(".prior.json")
        assert len(os.fsencode(prior)) <= len(os.fsencode(f"a/{name}"))
    assert priors[0] == f"a/{'霞' * 74}~ea57a5762527af0f.prior.json"


def test_a_long_key_leaves_room_for_the_path_of_the_output() -> None:
    folder = "/".join(["f" * 99] * 9)
    assert layout.prior(f"{folder}/{'n' * 60}.jpg").startswith(f"{folder}/{'n' * 36}~")
    assert len(layout.prior(f"{folder}/a.jpg")) == len(folder) + 29
