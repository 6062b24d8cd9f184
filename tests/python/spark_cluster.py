"""A Spark standalone cluster on loopback, one master and two workers, and a project on it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from tests.python.project import ROOT, Project

# Small: the sample is. What is left at its default is what the project itself sets in profiles.yml.
SETTINGS = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.executor.memory": "1g",
    "spark.executor.cores": "1",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Thousands of small plans, each run once: compiling them well costs more than they do.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.codegen.wholeStage": "false",
}
_PATIENCE_S = 120


class Cluster:
    """One master and two workers of one core each; `environment` points a project at them."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self._home = Path(pyspark.__file__).parent
        self._folder = folder
        self._processes: list[subprocess.Popen] = []
        address = f"spark://127.0.0.1:{_free_port()}"
        (folder / "conf").mkdir()
        settings = SETTINGS | {"spark.master": address}
        lines = [f"{name} {value}" for name, value in settings.items()]
        (folder / "conf" / "spark-defaults.conf").write_text("\n".join(lines) + "\n")
        self.environment = {
            "SPARK_CONF_DIR": str(folder / "conf"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
        }
        host, port = ["--host", "127.0.0.1"], ["--port", address.rsplit(":", 1)[1]]
        try:
            log = self._start("master.Master", *host, *port, "--webui-port", "0")
            self._wait(log, "New state: ALIVE", 1)
            for number in (1, 2):
                work = folder / f"work-{number}"
                size = ["--cores", "1", "--memory", "1g", "--work-dir", str(work)]
                self._start("worker.Worker", *host, *size, "--webui-port", "0", address)
            self._wait(log, "Registering worker", 2)
        except BaseException:
            self.stop()
            raise

    def executors(self) -> int:
        """Workers that ran anything for a project."""
        return len({path.parts[-4] for path in self._folder.glob("work-*/app-*/*/stderr")})

    def stop(self) -> None:
        """End what was started."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(timeout=30)

    def _start(self, name: str, *arguments: str) -> Path:
        log = self._folder / f"{name}-{len(self._processes)}.log"
        command = [str(self._home / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}"]
        with log.open("w") as output:
            environment = os.environ | self.environment | {"SPARK_DAEMON_MEMORY": "256m"}
            self._processes.append(
                subprocess.Popen(
                    [*command, *arguments], env=environment, stdout=output, stderr=output
                )
            )
        return log

    def _wait(self, log: Path, text: str, count: int) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while log.read_text().count(text) < count:
            assert time.monotonic() < deadline, f"no {text!r} in:\n{log.read_text()}"
            assert self._processes[0].poll() is None, log.read_text()
            time.sleep(0.2)


class SparkProject(Project):
    """The project on a cluster. A night is one process: one driver, as it would be for a user."""

    def __init__(self, folder: Path, landing: Path, cluster: Cluster, root: Path = ROOT) -> None:
        super().__init__(folder, landing, root=root)
        self._marts = folder / "marts"
        self._environment |= cluster.environment | {
            "AI_COST_TARGET": "spark",
            "AI_COST_SPARK_WAREHOUSE": str(folder / "warehouse.spark"),
        }

    def nightly(self, *arguments: str, before: str = "") -> None:
        """Load, build, and write the marts down; `before` is SQL to run ahead of the build."""
        self.load()
        shutil.rmtree(self._marts, ignore_errors=True)
        self._marts.mkdir()
        module = [sys.executable, "-m", "tests.python.spark_session", str(self._marts)]
        self.run(*module, "--before", before, *arguments)

    def rows(self, sql: str) -> list[tuple]:
        """Rows of the marts as they were after the last night, by DuckDB from Parquet."""
        with duckdb.connect() as connection:
            connection.execute("create schema marts")
            for file in self._marts.glob("*.parquet"):
                connection.execute(f"create view marts.{file.stem} as from '{file}'")
            return connection.execute(sql).fetchall()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
