"""Imports a dashboard into a fresh Apache Superset, asks every chart, and writes what they say.

Run in an empty folder by the Python of .venv-superset, which has nothing of ours:
`python superset_answers.py ZIP OUT PASSWORD`, the password being that of the database. OUT gets one
JSON document: the charts, the filters that found their mart, and the answers.
"""

import json
import logging
import os
import sys
from pathlib import Path
from zipfile import ZipFile

HOME = Path.cwd()
CONFIG = f"""
SECRET_KEY = "of a test, for an hour"
SQLALCHEMY_DATABASE_URI = "sqlite:///{HOME}/superset.db"
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
RATELIMIT_ENABLED = False
"""


def main(archive: str, out: str, password: str) -> None:
    """Import the zip as a person does on the page of dashboards, and ask each chart."""
    (HOME / "superset_config.py").write_text(CONFIG)
    os.environ["SUPERSET_CONFIG_PATH"] = str(HOME / "superset_config.py")
    from flask_migrate import upgrade
    from superset.app import create_app

    app = create_app()
    logging.disable(logging.WARNING)
    with app.app_context():
        import superset
        from superset import security_manager

        upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
        security_manager.sync_role_definitions()
        admin = security_manager.find_role("Admin")
        security_manager.add_user("admin", "A", "B", "admin@localhost", admin, password="admin")
        # twice: whoever imports a newer file must not get everything a second time
        for _ in range(2):
            import_as(admin_user(security_manager), archive, password)
        found = ask(admin_user(security_manager))
    Path(out).write_text(json.dumps(found, default=str))


def admin_user(security_manager):
    """The one who imports and looks."""
    return security_manager.find_user("admin")


def import_as(user, archive: str, password: str) -> None:
    """The command behind the button "Import dashboards"."""
    from superset.commands.dashboard.importers.dispatcher import ImportDashboardsCommand
    from superset.commands.importers.v1.utils import get_contents_from_bundle
    from superset.utils.core import override_user

    with ZipFile(archive) as bundle:
        contents = get_contents_from_bundle(bundle)
    databases = [name for name in contents if name.startswith("databases/")]
    passwords = {name: password for name in databases}
    with override_user(user):
        ImportDashboardsCommand(contents, overwrite=True, passwords=passwords).run()


def ask(user) -> dict:
    """Every chart's own query, as a report or an API call asks it."""
    from flask import current_app
    from superset import db
    from superset.charts.schemas import ChartDataQueryContextSchema
    from superset.commands.chart.data.get_data_command import ChartDataCommand
    from superset.connectors.sqla.models import SqlaTable
    from superset.models.dashboard import Dashboard
    from superset.models.slice import Slice
    from superset.utils.core import override_user

    (dashboard,) = db.session.query(Dashboard).all()
    tables = {table.id: table.table_name for table in db.session.query(SqlaTable).all()}
    filters = dashboard.params_dict["native_filter_configuration"]
    answers = {}
    for chart in db.session.query(Slice).all():
        with current_app.test_request_context(), override_user(user):
            context = ChartDataQueryContextSchema().load(json.loads(chart.query_context))
            command = ChartDataCommand(context)
            command.validate()
            (answer,) = command.run()["queries"]
        answers[chart.slice_name] = {
            "viz_type": chart.viz_type,
            "mart": chart.datasource.table_name,
            "error": answer.get("error"),
            "rows": answer.get("data"),
            "sql": answer.get("query"),
        }
    return {
        "dashboard": dashboard.dashboard_title,
        "on_dashboard": sorted(chart.slice_name for chart in dashboard.slices),
        "filters": {
            each["name"]: [tables.get(target.get("datasetId")) for target in each["targets"]]
            for each in filters
        },
        "answers": answers,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
