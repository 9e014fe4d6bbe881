from io import StringIO

from rr_tasks.storage.spreadsheet import csv_rows


def test_text_stays_text_in_a_spreadsheet() -> None:
    file = StringIO()
    csv_rows(file)("+1", "a\nb")
    assert file.getvalue() == "'+1,a\\nb\n"
