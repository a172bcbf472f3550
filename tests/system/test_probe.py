"""`headwater probe`: what every container asks every few seconds."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from tests.integration.api_server import serving
from tests.integration.dict_replica import DictReplica


def test_a_probe_costs_little_since_it_imports_nothing_of_the_server():
    code = "import sys; sys.argv[1:] = ['probe', '--help']\n"
    code += "from headwater_server.cli import main\n"
    code += "try:\n    main()\nexcept SystemExit:\n    pass\n"
    code += "print(*sorted(name for name in sys.modules if name.startswith('headwater_server')))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert done.stdout.decode().splitlines()[-1].split() == [
        "headwater_server",
        "headwater_server.cli",
        "headwater_server.cli.commands",
        "headwater_server.cli.commands.probe",
    ]


PROXIES = dict.fromkeys(("http_proxy", "https_proxy", "grpc_proxy"), "http://127.0.0.1:9")


async def test_the_server_is_asked_without_a_proxy():
    async with serving(DictReplica()) as listen:
        for target in (listen, listen.replace("127.0.0.1", "localhost")):
            asked = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "headwater_server", "probe", "--target", target),
                env={**os.environ, **PROXIES, "no_proxy": ""},
                stdout=asyncio.subprocess.PIPE,
            )
            assert (await asked.communicate())[0] == b"SERVING\n"
            assert asked.returncode == 0


def test_a_url_is_probed_for_its_200(tmp_path):
    (tmp_path / "healthz").write_text("ok\n")
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{pages.server_port}"
        command = [sys.executable, "-m", "headwater_server", "probe", "--target"]
        good = subprocess.run(
            [*command, f"{url}/healthz"],
            check=False,
            capture_output=True,
            env={**os.environ, **PROXIES},
        )
        bad = subprocess.run([*command, f"{url}/nowhere"], check=False, capture_output=True)
        pages.shutdown()
    assert (good.returncode, good.stdout) == (0, b"ok\n")
    assert bad.returncode == 1
    assert bad.stderr.decode() == f"headwater: {url}/nowhere: 404 File not found\n"
    gone = subprocess.run([*command, f"{url}/healthz"], check=False, capture_output=True)
    assert gone.returncode == 1
