"""Fetch the jars of Apache Kafka from Maven's repository once, for the tests that run brokers.

    python scripts/kafka_jars.py [DIRECTORY]

It needs Java 17 and mvn, and prints the directory: `build/kafka`, 46 files, 43 MB.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VERSION = "4.1.1"
LOGGING = "2.0.17"
HERE = Path(__file__).resolve().parent.parent
PLACE = HERE / "build" / "kafka"
PATIENCE_S = 240
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>headwater</groupId><artifactId>kafka-jars</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId>
      <version>{VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId>
      <version>{LOGGING}</version></dependency>
  </dependencies>
</project>
"""


class NoJars(Exception):
    """The jars cannot be had here; the text says why."""


def kafka_jars(place: Path = PLACE) -> Path:
    """Return the directory with all jars; `NoJars` if a tool or the repository is missing."""
    done = place / VERSION
    if done.is_dir():
        return done
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise NoJars(f"no {tool} on the PATH")
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as directory:
        _fetch(Path(directory))
        try:
            (Path(directory) / "jars").rename(done)  # whole, or not at all
        except OSError:
            if not done.is_dir():  # another process was first
                raise
    return done


def _fetch(directory: Path) -> None:
    (directory / "pom.xml").write_text(POM)
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
    command = ["mvn", "-q", "-B", goal, "-DoutputDirectory=jars", "-DincludeScope=runtime"]
    try:
        ran = subprocess.run(
            command, cwd=directory, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise NoJars(f"mvn took more than {PATIENCE_S} s") from None
    if ran.returncode:
        last = (ran.stdout + ran.stderr).strip().splitlines()[:1]
        raise NoJars(f"mvn: {last[0] if last else 'ended with an error and no message'}")


if __name__ == "__main__":
    try:
        print(kafka_jars(Path(sys.argv[1]) if len(sys.argv) > 1 else PLACE))
    except NoJars as error:
        sys.exit(str(error))
