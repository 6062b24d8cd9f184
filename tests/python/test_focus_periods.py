"""The fingerprint of a FOCUS month has all that the rows of the month read.

Harm guarded against: a charge that reads one more model, of which the fingerprint of its
month knows nothing: the file that others are sent keeps the old figure.
"""

from tests.python.documents import ROOT
from tests.python.project import PARSED, Project
from tests.python.warm_dbt import read_manifest

# The steps between what is asked and the rows, and the usage that its days say everything of.
STEPS = {
    "rpt_focus_cost_and_usage",
    "int_focus_charges_named",
    "int_focus_charges",
    "int_focus_detailed_charges",
    "int_focus_usage_charges",
}


def test_all_that_a_charge_reads_is_in_its_month(tmp_path):
    manifest = read_manifest(Project(tmp_path, ROOT / "landing").parsed() / PARSED)
    read = {
        node.name: {name.split(".")[2] for name in node.depends_on.nodes}
        for node in manifest.nodes.values()
        if node.resource_type == "model"
    }
    asked = read["int_focus_periods"]
    assert not set().union(*(read[step] for step in STEPS)) - STEPS - asked - {"int_focus_periods"}
