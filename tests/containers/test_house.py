"""What holds for every container and image of the house: who they are, what they may do, what they hide and contain."""

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from .house import SERVICES, House, docker, until

pytestmark = pytest.mark.timeout(300)
SECRET = re.compile("_(DATABASE|BROKER|COOKIES?|KEY|PASSWORD|OPS)$")
OURS = (*SERVICES, "setup", "catcher")


def named(container: dict[str, Any]) -> str:
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


def test_one_origin(house: House) -> None:
    with httpx.Client(base_url=house.url, trust_env=False) as http:
        for name in SERVICES:
            page = http.get(f"/{name}/", follow_redirects=True)
            assert page.status_code == (401 if name == "notify" else 200)  # its pages are the teams'
            assert f'href="/{name}/' in page.text
            assert http.get(f"/{name}/health/live").status_code == 200
            for inside in ("metrics", "health/ready"):
                assert http.get(f"/{name}/{inside}").status_code == 404
        assert http.get("/").headers["location"] == "/enrolment/"


def test_a_domain_is_all_that_a_certificate_needs(house: House) -> None:
    words = ("run", "--rm", "--no-deps", "-e", "RONDE_SITE=ronde.example.org", "caddy")
    adapted = json.loads(
        house.compose(*words, "caddy", "adapt", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile")
    )
    (server,) = adapted["apps"]["http"]["servers"].values()
    assert server["listen"] == [":443"]
    assert server["routes"][0]["match"] == [{"host": ["ronde.example.org"]}]


def test_no_role_connects_to_another_s_database(house: House) -> None:
    for name in SERVICES:
        url = f"postgresql://{name}:{house.env[f'{name.upper()}_DATABASE']}@127.0.0.1/"
        psql = ("exec", "-T", "postgres", "psql", "-tAc", "SELECT current_user")
        assert house.compose(*psql, url + name).strip() == name
        for other in set(SERVICES) - {name}:
            with pytest.raises(AssertionError, match="permission denied for database"):
                house.compose(*psql, url + other)


def test_every_container_may_do_little_and_comes_back(house: House) -> None:
    for one in house.containers():
        name, host = named(one), one["HostConfig"]
        assert host["CapDrop"] == ["ALL"], name
        assert "no-new-privileges:true" in host["SecurityOpt"], name
        assert host["ReadonlyRootfs"], name
        assert 0 < host["Memory"] <= 1024**3, name
        assert host["RestartPolicy"]["Name"] == ("on-failure" if name == "setup" else "unless-stopped"), name
        assert host["LogConfig"]["Config"]["max-size"], name
        if name in OURS:
            assert one["Config"]["User"] == "10001:10001", name
        if name in (*OURS, "rabbitmq"):
            assert not host["CapAdd"], name
        if name in (*SERVICES, "rabbitmq", "postgres"):
            assert one["State"]["Health"]["Status"] == "healthy", name


def test_a_service_that_ends_is_started_again(house: House) -> None:
    (before,) = house.containers("notify")
    house.compose("exec", "-T", "notify", "python3", "-c", "import os; os.kill(1, 15)")
    until(lambda: house.containers("notify")[0]["RestartCount"] > before["RestartCount"], "the restart", 60)
    house.ready()


def test_nothing_secret_is_in_an_image_or_in_docker_inspect(house: House) -> None:
    kept = {
        value for name, value in house.env.items() if re.search("_(DATABASE|BROKER|COOKIES|KEY|PASSWORD|OPS)$", name)
    }
    assert len(kept) >= 15
    containers = house.containers()
    shown = json.dumps(containers)
    for image in {one["Image"] for one in containers}:
        shown += docker("inspect", image) + docker("history", "--no-trunc", image)
    assert [secret for secret in kept if secret in shown] == []
    for name in SERVICES:
        files = house.compose("exec", "-T", name, "sh", "-c", "cat /proc/1/environ; ls -A /opt/ronde /data /tmp")
        assert [secret for secret in kept if secret in files] == []
        assert ".env" not in files


def test_an_image_has_that_service_s_packages_and_says_what_it_is(house: House) -> None:
    for name in SERVICES:
        others = [other for other in SERVICES if other != name]
        look = f"import importlib.util as u; print([n for n in {[*others, 'pytest', 'uv', 'pip']} if u.find_spec(n)])"
        assert house.compose("exec", "-T", name, "python3", "-c", look).strip() in ("[]", "['pip']")
        labels = json.loads(docker("image", "inspect", f"ronde/{name}:test"))[0]["Config"]["Labels"]
        assert labels["org.opencontainers.image.title"] == f"ronde-{name}"
        assert labels["org.opencontainers.image.licenses"] == "MIT"


def test_a_second_build_takes_seconds(house: House) -> None:
    began = time.monotonic()
    house.compose("build")
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_alone_is_whole_but_for_a_bus_elsewhere(house: House, name: str, tmp_path: Path) -> None:
    """Its own compose.yml is whole: a database of its own, nothing of the house but the bus's URL."""
    file = house.folder / "services" / name / "compose.yml"
    words = ("compose", "-p", "ronde-alone", "-f", str(file), "--env-file", str(house.folder / ".env"))
    found = json.loads(docker(*words, "--profile", "alone", "config", "--format", "json", cwd=tmp_path))
    assert set(found["services"]) == {name, f"{name}-db"}
    assert set(found["services"][name]["depends_on"]) == {f"{name}-db"}
