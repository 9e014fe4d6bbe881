"""The command line that studies of training share."""

from argparse import ArgumentParser
from typing import get_args

from schemas.evaluation import HomeGridName


def study_parser(doc: str | None) -> ArgumentParser:
    """Make a parser of what every study needs, described by the first line of its docstring."""
    parser = ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("shards", help="training set, of `rr synthesize`")
    parser.add_argument("annotations", help="its diagnoses, of `rr annotate`")
    parser.add_argument("heldout", help="folder of clean photographs that it has none of")
    parser.add_argument("output", help="folder for weights, rows and tables")
    parser.add_argument("--reasoner", help="weights; the same as for the annotations")
    parser.add_argument("--recipes", nargs="+", default=list(get_args(HomeGridName)))
    return parser
