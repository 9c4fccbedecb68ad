"""What holds for every container and image of the house: who they are, what they may do, what they hide and contain."""

import json
import re
import time
from typing import Any

import httpx
import pytest

from .house import SERVICES, House, docker, say, until

pytestmark = pytest.mark.timeout(1800)
SECRET = re.compile("_(DATABASE|BROKER|COOKIES?|KEY|PASSWORD|OPS)$")


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
    """One that no authority outside is asked for: Caddy's own gives it, the rest is as for any domain."""
    house.settle(RONDE_DOMAIN="localhost")
    try:
        house.compose("up", "-d", "--no-deps", "caddy")
        with house.over_tls("caddy") as https:
            assert https.get("/enrolment/").status_code == 200
        moved = httpx.get(house.url.replace("127.0.0.1", "localhost") + "/enrolment/", trust_env=False)
        assert (moved.status_code, moved.headers["location"]) == (308, "https://localhost/enrolment/")
    finally:
        house.settle(RONDE_DOMAIN="")
        house.compose("up", "-d", "--no-deps", "caddy")
    until(lambda: plain(house), "plain HTTP again")


def plain(house: House) -> bool:
    try:
        return httpx.get(f"{house.url}/enrolment/", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


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
        assert not host["CapAdd"], name
        assert one["Config"]["User"].partition(":")[0] not in ("", "0", "root"), name
        if name in (*SERVICES, "rabbitmq", "postgres", "catcher"):
            assert one["State"]["Health"]["Status"] == "healthy", name


def test_a_service_that_ends_is_started_again(house: House) -> None:
    (before,) = house.containers("notify")
    house.compose("exec", "-T", "notify", "python3", "-c", "import os; os.kill(1, 15)")
    until(lambda: house.containers("notify")[0]["RestartCount"] > before["RestartCount"], "the restart")
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


def test_a_second_build_makes_nothing_new(house: House) -> None:
    """Each step is known from the first one: it takes seconds, how many is told."""
    names = [f"ronde/{name}:test" for name in (*SERVICES, "tools", "caddy")]
    look = ("image", "inspect", "--format", "{{.RootFS.Layers}}", *names)  # ids differ by a label of compose's
    before, began = docker(*look), time.monotonic()
    house.compose("build")
    say(f"built again in {time.monotonic() - began:.1f} s")
    assert docker(*look) == before
