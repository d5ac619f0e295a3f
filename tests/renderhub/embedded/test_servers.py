"""The embedded servers: real ones, private, one set a home, gone with their owner."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kombu
import psycopg2
import pytest
import redis

from renderhub.drills.looking import alive, below, kill, marked
from renderhub.embedded import binaries, identity, postgres, servers, stale
from renderhub.embedded.errors import EmbeddedError, HomeBusy, ServerNotStarted
from renderhub.embedded.home import current_urls
from renderhub.embedded.servers import Servers
from renderhub.embedded.sockets import SocketFolder
from renderhub.lib.child import Limits, run
from tests.support.other_user import python_of_another_user
from tests.support.waiting import wait_until

PROJECT = Path(__file__).resolve().parents[3]
OWNER = """
import signal, sys
from pathlib import Path
from renderhub.embedded import servers
with servers.start(Path(sys.argv[1]), durable=False) as running:
    print("ready", flush=True)
    while True: signal.pause()
"""


def quickly(home: Path, **options: Any) -> Servers:
    return servers.start(home, durable=False, **options)


def ask(url: str, question: str) -> Any:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def sockets_of(running: Servers) -> Path:
    return next(iter(running.running.values())).socket.parent


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database was made, and is stopped: every test leaves it so. It lies deep, has spaces in its name,
    and an initdb was interrupted in it before."""
    home = tmp_path_factory.mktemp("home") / ("deep " * 40) / "100% 'home' ü"
    (home / "postgres.new" / "base").mkdir(parents=True)
    with quickly(home, broker=False):
        pass
    return home


@pytest.fixture(scope="class")
def running(made: Path) -> Iterator[Servers]:
    with servers.start(made) as running:
        yield running


class TestRunning:
    def test_the_database_is_postgresql_18_and_syncs_to_disk(self, running: Servers) -> None:
        version, fsync = ask(running.urls.database, "SELECT version(), current_setting('fsync')")
        assert version.startswith("PostgreSQL 18")
        assert fsync == "on"

    def test_the_database_speaks_utf8_whatever_the_machine_does(self, running: Servers) -> None:
        said = "SELECT current_database(), pg_encoding_to_char(encoding), datlocale, upper('ж') FROM pg_database"
        assert ask(running.urls.database, f"{said} WHERE datname = 'renderhub'") == (
            "renderhub",
            "UTF8",
            "C.UTF-8",
            "Ж",
        )

    def test_no_tcp_port_is_open(self, running: Servers) -> None:
        assert ask(running.urls.database, "SHOW listen_addresses") == ("",)
        with redis.Redis.from_url(running.urls.redis) as broker:
            assert broker.config_get("port") == {"port": "0"}

    def test_the_broker_never_drops_a_message_to_make_room(self, running: Servers) -> None:
        with redis.Redis.from_url(running.urls.redis) as broker:
            assert broker.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}

    def test_celerys_transport_takes_the_brokers_address(self, running: Servers) -> None:
        with kombu.Connection(running.urls.broker) as connection:
            queue = connection.SimpleQueue("bell")
            queue.put("ring")
            assert queue.get(timeout=10).payload == "ring"
            queue.close()

    def test_nobody_else_reaches_the_sockets_or_reads_the_state(self, running: Servers) -> None:
        assert stat.S_IMODE(sockets_of(running).stat().st_mode) == 0o700
        assert stat.S_IMODE(running.home.state_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(running.home.data.stat().st_mode) == 0o700

    def test_another_command_finds_them(self, running: Servers) -> None:
        assert current_urls(running.home.folder) == running.urls

    def test_a_second_supervisor_is_told_who_has_the_home(self, running: Servers) -> None:
        with pytest.raises(HomeBusy, match=f"process {os.getpid()}") as caught:
            quickly(running.home.folder)
        assert caught.value.pid == os.getpid()
        assert current_urls(running.home.folder) == running.urls


class TestStartingAndStopping:
    def test_data_outlives_a_restart_and_nothing_else_does(self, made: Path) -> None:
        with quickly(made) as running:
            ask(running.urls.database, "CREATE TABLE kept AS SELECT 42 AS answer")
            pids = [pid for server in running.running.values() for pid in (server.pid, server.child.watchdog_pid)]
            sockets = sockets_of(running)
            assert all(map(alive, pids))
        assert not any(map(alive, pids))
        assert not sockets.exists()
        assert current_urls(made) is None
        with quickly(made, broker=False) as running:
            assert ask(running.urls.database, "SELECT answer FROM kept") == (42,)
            assert running.urls.broker == ""

    def test_the_home_may_lie_deep_and_have_spaces_in_its_name(self, made: Path) -> None:
        with quickly(made) as running:
            assert ask(running.urls.database, "SELECT 1") == (1,)
            assert current_urls(made) == running.urls

    def test_with_servers_of_the_operators_own_none_is_started(self, tmp_path: Path) -> None:
        with quickly(tmp_path, database=False, broker=False) as running:
            assert not running.running
            assert current_urls(tmp_path) is None
            with pytest.raises(HomeBusy):
                quickly(tmp_path, database=False, broker=False)

    def test_what_an_interrupted_initdb_left_is_no_hindrance(self, made: Path) -> None:
        assert (made / "postgres" / "PG_VERSION").exists()
        assert not (made / "postgres.new").exists()

    def test_a_server_that_does_not_start_says_why_and_leaves_nothing(
        self, made: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folders: list[SocketFolder] = []

        def noted() -> SocketFolder:
            folders.append(SocketFolder())
            return folders[-1]

        monkeypatch.setattr(servers, "SocketFolder", noted)
        settings = made / "postgres" / "postgresql.conf"
        sound = settings.read_text()
        try:
            settings.write_text(f"{sound}\nno_such_setting = 1\n")
            for _ in range(2):  # the second time shows that the first gave the home free
                with pytest.raises(
                    ServerNotStarted, match='unrecognized configuration parameter "no_such_setting"'
                ) as caught:
                    quickly(made)
                assert "postgres.log" in caught.value.remedy
        finally:
            settings.write_text(sound)
        assert [folder.path.exists() for folder in folders] == [False, False]
        assert not marked(str(made))

    def test_a_database_of_another_version_is_not_touched(self, tmp_path: Path) -> None:
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres" / "PG_VERSION").write_text("12\n")
        with pytest.raises(EmbeddedError, match="made by PostgreSQL 12"):
            quickly(tmp_path)
        assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["PG_VERSION"]

    def test_a_home_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        # A file stands where the folder would have to be: not even root gets past that.
        (tmp_path / "file").touch()
        with pytest.raises(EmbeddedError, match="RENDERHUB_HOME"):
            quickly(tmp_path / "file" / "home")


class TestAfterACrash:
    @pytest.fixture
    def owner(self, made: Path) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-c", OWNER, str(made)]
        with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as owner:
            assert owner.stdout
            assert owner.stdout.readline() == "ready\n"
            yield owner
            owner.kill()

    def test_no_server_outlives_its_killed_owner(self, owner: subprocess.Popen[str], made: Path) -> None:
        family = below(owner.pid)
        assert len(family) > 6
        owner.kill()
        wait_until(lambda: not any(map(alive, family)), 5, "all servers are gone")
        assert (made / "run" / "servers.json").exists()
        assert current_urls(made) is None
        with quickly(made) as running:
            assert ask(running.urls.database, "SELECT 1") == (1,)

    def test_its_servers_end_even_when_their_watchdogs_are_killed_too(
        self, owner: subprocess.Popen[str], made: Path
    ) -> None:
        family = below(owner.pid)
        for pid in [pid for pid in family if b"watchdog" in Path(f"/proc/{pid}/cmdline").read_bytes()]:
            kill(pid)
        owner.kill()
        owner.wait()
        with quickly(made) as running:
            assert ask(running.urls.database, "SELECT 1") == (1,)
            wait_until(lambda: not any(map(alive, family)), 5, "the old servers are gone")

    def test_a_server_that_nobody_watches_any_more_is_ended(self, made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stale, "LEAVE_SECONDS", 0.1)
        data = made / "postgres"
        sockets = SocketFolder()
        words = [*identity.choose(data).prefix, binaries.postgres_folder() / "bin" / "postgres", "-D", data]
        words += ["-c", "listen_addresses=", "-c", f"unix_socket_directories={sockets.path}"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as left:
            try:
                wait_until((sockets.path / ".s.PGSQL.5432").exists, 20, "the left one listens")
                with quickly(made, broker=False) as running:
                    assert ask(running.urls.database, "SELECT 1") == (1,)
                assert left.wait(10) is not None
            finally:
                left.kill()
                sockets.remove()

    def test_a_pid_file_that_names_an_unrelated_process_is_no_hindrance(self, made: Path) -> None:
        with quickly(made, broker=False):
            pid_file = (made / "postgres" / "postmaster.pid").read_text()
        lines = pid_file.split("\n")
        unrelated = subprocess.Popen(["sleep", "600"])
        try:
            (made / "postgres" / "postmaster.pid").write_text("\n".join([str(unrelated.pid), *lines[1:]]))
            with quickly(made, broker=False) as running:
                assert ask(running.urls.database, "SELECT 1") == (1,)
            assert unrelated.poll() is None
        finally:
            unrelated.kill()
            unrelated.wait()


class TestWhoRunsPostgres:
    @pytest.mark.skipif(os.geteuid() != 0, reason="only for root")
    def test_without_user_namespaces_root_uses_another_uid(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not os.access("/var/lib", os.W_OK):
            pytest.skip("/var/lib cannot be written")
        shared = Path(f"/var/lib/renderhub-test-{os.getpid()}-{tmp_path.name}")
        monkeypatch.setattr(identity, "SHARED", shared)
        monkeypatch.setattr(identity, "_namespaces", lambda inside: False)
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        before = {path: path.stat() for path in (closed, *closed.parents)}
        try:
            for _ in range(2):
                with quickly(closed / "home", broker=False) as running:
                    owner = Path(f"/proc/{running.running['postgres'].pid}").stat().st_uid
                    assert owner not in (0, os.geteuid())
                    assert ask(running.urls.database, "SELECT 1") == (1,)
                    assert stat.S_IMODE(running.home.data.resolve().stat().st_mode) == 0o700
            after = {path: path.stat() for path in before}
            assert {p: (s.st_mode, s.st_uid) for p, s in before.items()} == {
                p: (s.st_mode, s.st_uid) for p, s in after.items()
            }
        finally:
            subprocess.run(["rm", "-rf", shared], check=True)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only for root")
    def test_programs_that_the_other_uid_cannot_reach_are_copied_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        installation = tmp_path / "closed"
        (installation / "bin").mkdir(parents=True, mode=0o700)
        (installation / "bin" / "postgres").write_text("#!/bin/sh\necho started\n")
        (installation / "bin" / "postgres").chmod(0o700)
        (installation / "static.a").touch()
        shared = Path(f"/tmp/rh-shared-{os.getpid()}")
        monkeypatch.setattr(identity, "SHARED", shared)
        other = identity.Identity(user=(65534, 65534))
        try:
            copy = identity.reachable_program(other, installation)
            assert identity.reachable_program(other, installation) == copy != installation
            words = [copy / "bin" / "postgres"]
            assert run(words, limits=Limits(30), user=other.user, cwd=Path("/")).stdout == b"started\n"
            assert not (copy / "static.a").exists()
            assert [path.name for path in shared.iterdir()] == [copy.name]
        finally:
            subprocess.run(["rm", "-rf", shared], check=True)

    def test_a_user_without_an_entry_is_told_what_helps(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(identity, "_namespaces", lambda inside: False)
        monkeypatch.setattr(os, "geteuid", lambda: 54321)
        with pytest.raises(EmbeddedError, match=r"user id 54321[\s\S]*DATABASE_URL"):
            identity.choose(tmp_path / "postgres")

    def test_another_user_than_root_runs_them_too(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        other = python_of_another_user()
        if isinstance(other, str):
            pytest.skip(other)
        (uid, gid), python, env = other
        base = Path("/tmp") / f"rh-other-{os.getpid()}"
        base.mkdir()
        os.chown(base, uid, gid)
        command = [python, "-c", OWNER, str(base / "home")]
        try:
            with subprocess.Popen(
                command, cwd="/", env=env, user=uid, group=gid, extra_groups=[], stdout=subprocess.PIPE, text=True
            ) as owner:
                assert owner.stdout
                assert owner.stdout.readline() == "ready\n"
                family = below(owner.pid)
                assert {Path(f"/proc/{pid}").stat().st_uid for pid in family} == {uid}
                owner.kill()
            wait_until(lambda: not any(map(alive, family)), 5, "all servers are gone")
        finally:
            subprocess.run(["rm", "-rf", base], check=True)


def test_postgres_settings_name_no_address_to_listen_on() -> None:
    assert postgres.SETTINGS["listen_addresses"] == ""
