"""Make the Go and Java stubs from protos/, or check that they are fresh.

    python -m scripts.generate_clients [go] [java]            write them
    python -m scripts.generate_clients [go] [java] --check    exit 1 and name what is stale

Without a name: both, as far as go and mvn are on the PATH. Go's plugins are pinned in
clients/go/tools.mod and built by go; protoc and its plugin for Java are programs that Maven keeps,
since grpcio's protoc cannot write Java.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from scripts.generate import PROTOS, ROOT, THIRD_PARTY, StaleStubsError, check, check_tools, write

GO = ROOT / "clients" / "go"
JAVA = ROOT / "clients" / "java" / "src" / "main" / "java"
GO_MODULE = "github.com/headwater/headwater/clients/go"

# clients/java/pom.xml must name no older runtimes than these. 1.83.1 is the plugin's newest release
# whose program for Linux is in Maven Central; grpc-java runs the code of older plugins.
PROTOC_VERSION, GRPC_JAVA_VERSION = "4.35.1", "1.83.1"
MAVEN_KEEPS = Path.home() / ".m2" / "repository"


def run(command: list[str], folder: Path = ROOT) -> str:
    """Return what a command prints; what it says when it fails is what we say."""
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def protos() -> list[str]:
    """Return the public API's files."""
    return [
        p.relative_to(PROTOS).as_posix() for p in sorted((PROTOS / "headwater").rglob("*.proto"))
    ]


def make_go(out: Path) -> None:
    """Write Go's stubs below ``out``."""
    check_tools()  # grpcio's protoc
    names = ("protoc-gen-go", "protoc-gen-go-grpc")
    plugins = [run(["go", "tool", "-modfile=tools.mod", "-n", name], GO) for name in names]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", f"-I{THIRD_PARTY}"]
    command += [f"-I{files('grpc_tools') / '_proto'}", f"--go_out={out}", f"--go-grpc_out={out}"]
    command += [f"--plugin={name}={path}" for name, path in zip(names, plugins, strict=True)]
    command += [f"--go_opt=module={GO_MODULE}", f"--go-grpc_opt=module={GO_MODULE}"]
    run([*command, *protos()])


def make_java(out: Path) -> None:
    """Write Java's stubs below ``out``."""
    protoc = kept_by_maven("com.google.protobuf", "protoc", PROTOC_VERSION)
    plugin = kept_by_maven("io.grpc", "protoc-gen-grpc-java", GRPC_JAVA_VERSION)
    command = [
        str(protoc),
        f"-I{PROTOS}",
        f"-I{THIRD_PARTY}",
        f"-I{files('grpc_tools') / '_proto'}",
    ]
    command += [f"--java_out={out}", f"--grpc-java_out=@generated=omit:{out}"]
    run([*command, f"--plugin=protoc-gen-grpc-java={plugin}", *protos()])


def kept_by_maven(group: str, name: str, version: str) -> Path:
    """Return where Maven keeps a program, for which it is asked to fetch it once."""
    systems = {"Linux": "linux", "Darwin": "osx", "Windows": "windows"}
    machine = {"aarch64": "aarch_64", "arm64": "aarch_64"}.get(platform.machine(), "x86_64")
    classifier = f"{systems[platform.system()]}-{machine}"
    folder = MAVEN_KEEPS / group.replace(".", "/") / name / version
    program = folder / f"{name}-{version}-{classifier}.exe"
    if not program.exists():
        get = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:get"
        artifact = f"{group}:{name}:{version}:exe:{classifier}"
        run(["mvn", "-q", "-B", get, f"-Dartifact={artifact}", "-Dtransitive=false"])
    program.chmod(0o755)
    return program


TOOLS = {"go": "go", "java": "mvn"}
LANGUAGES: dict[str, tuple[Path, str, Callable[[Path], None]]] = {
    "go": (GO, "headwater/v1/*.pb.go", make_go),
    "java": (JAVA, "io/headwater/v1/*.java", make_java),
}


def found(tree: Path, pattern: str) -> dict[Path, bytes]:
    """Return the stubs below a folder: path -> content."""
    return {path.relative_to(tree): path.read_bytes() for path in tree.glob(pattern)}


def with_tools() -> list[str]:
    """Return the languages that can be made here; say which cannot."""
    missing = [language for language, tool in TOOLS.items() if shutil.which(tool) is None]
    for language in missing:
        print(f"{language}: no {TOOLS[language]} on the PATH, its stubs stay as they are")
    return [language for language in LANGUAGES if language not in missing]


def main(arguments: list[str]) -> int:
    """Write the stubs of the languages, or check them; return the exit code."""
    for language in [name for name in arguments if name != "--check"] or with_tools():
        tree, pattern, make = LANGUAGES[language]
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder))
            wanted = found(Path(folder), pattern)
        if "--check" in arguments:
            check(tree, wanted, found(tree, pattern))
            print(f"{language}: stubs are fresh")
        else:
            print(f"{language}: {write(tree, wanted, found(tree, pattern))} files changed")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StaleStubsError as stale_stubs:
        sys.exit(f"stale stubs: {stale_stubs}")
