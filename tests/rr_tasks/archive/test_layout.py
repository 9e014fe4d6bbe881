from rr_tasks.archive import layout


def test_mirrors_names() -> None:
    assert layout.restored("a/b c.JPG") == "a/b c.JPG"
    assert layout.prior("a/b c.JPG") == "a/b c.JPG.prior.json"
