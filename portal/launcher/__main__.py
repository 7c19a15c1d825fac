"""One start: checks, settings, database, programs; then watching over them until told to stop."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.launcher import database, instance, locks, options, ports, screen
from portal.launcher.children import Children, Program
from portal.launcher.options import ROOT, Options
from portal.launcher.screen import say
from portal.launcher.stopping import StopAsked, StopRequests

READY_WITHIN = 60.0
FALLS_ALLOWED = 3
THREADS = 12  # four may wait for each of the two identity providers: four are left for everybody else
TO_SEED = "a-peupler"
REFUSALS = (ports.PortTaken, locks.AlreadyRunning, instance.DataDirError)


class StartError(Exception):
    """A program or a command failed during the start; the message is one French sentence."""


def main(arguments: list[str]) -> int:
    """Run until told to stop; the exit code is the command's."""
    started = time.monotonic()
    os.umask(0o077)  # what the programs write is their owner’s alone
    requests = StopRequests()
    requests.listen()
    try:
        chosen = options.parse(arguments, os.environ)
        if chosen.help:
            say(options.HELP)
            return 0
        check(chosen)
        run(chosen, started, requests)
    except options.UsageError as error:
        return _refuse(error, 2)
    except (*REFUSALS, StartError) as error:
        return _refuse(error, 1)
    except StopAsked:
        say("Parvis est arrêté.")
    return 0


def check(chosen: Options) -> None:
    """Make sure that this start can be, before creating or starting anything.

    :raises PortTaken, AlreadyRunning: with one French sentence.
    """
    locks.await_data_dir(chosen.data_dir)
    ports.check_free(chosen.wanted_ports())


def run(chosen: Options, started: float, requests: StopRequests) -> None:
    """Start everything and watch over it; ends by an exception only.

    :raises StopAsked: once everything is stopped.
    :raises StartError: when the portal could not start.
    """
    instance.create_data_dir(chosen.data_dir)
    with locks.hold_data_dir(chosen.data_dir, chosen.address), locks.hold_children(chosen.data_dir) as lock:
        if chosen.first_start:
            if chosen.sandbox:
                (chosen.data_dir / TO_SEED).touch()
            instance.write_first_settings(chosen)
        settled = options.read_settings(chosen.config_file)
        environment = instance.portal_environment(chosen, settled, os.environ)
        command = Command(environment, preparation_log(chosen), requests)
        make_database(chosen.data_dir, command, settled)
        children = Children(programs(chosen, environment), lock)
        try:
            children.start()
            wait_until_ready(children, chosen, command)
            children.say = say
            children.start_waiting()
            address = environment.get("PARVIS_PUBLIC_URL") or str(settled.get("public_url") or chosen.address)
            providers = has_providers(settled, environment)
            say(screen.ready(chosen, address, time.monotonic() - started, providers=providers))
            while True:
                requests.check()
                time.sleep(0.2)
                children.tend()
        finally:
            children.stop(requests.insists)


def make_database(data_dir: Path, command: "Command", settled: Mapping[str, Any]) -> None:
    """Bring the tables to this version, and fill a new database with the sample commune.

    :raises StartError: when a command fails.
    """
    if not database.is_current(data_dir, command.environment, settled):
        command.run(["upgrade-db"], "La base de données n’a pas pu être préparée")
    marker = data_dir / TO_SEED
    if marker.exists():
        say("Création de la commune d’exemple…")
        command.run(["seed", "--size", "town"], "La commune d’exemple n’a pas pu être créée")
        marker.unlink()


def preparation_log(chosen: Options) -> Path:
    """Where what the commands write goes."""
    return chosen.data_dir / "journaux" / "preparation.log"


@dataclass(frozen=True, slots=True)
class Command:
    """Runs commands of the portal, whose output goes to a journal."""

    environment: Mapping[str, str]
    log: Path
    requests: StopRequests

    def run(self, arguments: list[str], failure: str) -> None:
        """Run ``parvis`` with these arguments.

        :raises StartError: when it fails, with its own sentence when it wrote only that.
        :raises StopAsked: when a signal asks to stop; the command is then stopped.
        """
        with (
            self.log.open("wb") as output,
            subprocess.Popen(
                [sys.executable, "-m", "portal.cli", *arguments],
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            ) as running,
        ):
            while running.poll() is None:
                if self.requests.count:
                    running.terminate()
                time.sleep(0.02)
        self.requests.check()
        if running.returncode != 0:
            written = self.log.read_text(encoding="utf-8", errors="replace").strip()
            is_sentence = written and "\n" not in written
            raise StartError(written if is_sentence else f"{failure} : voyez {self.log}.")


def programs(chosen: Options, environment: Mapping[str, str]) -> list[Program]:
    """The programs of this start: web and worker, and the sandbox when asked."""
    logs = chosen.data_dir / "journaux"
    web = [
        "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(chosen.port), "--workers", "1",
        "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning", "--working-dir", str(ROOT), "wsgi:app",
    ]  # fmt: skip
    wanted = [
        Program("web", "Le portail", [sys.executable, "-m", *web], environment, logs / "web.log"),
        Program(
            "worker",
            "Le traitement des envois",
            [sys.executable, "-m", "portal.cli", "worker"],
            environment,
            logs / "worker.log",
            waits=True,
        ),
    ]
    if chosen.sandbox:
        sandbox = [
            "connectors.sandbox", "--port", str(chosen.sandbox_port), "--smtp-port", str(chosen.smtp_port),
            "--data-dir", str(chosen.data_dir / "bac-a-sable"), "--portal-url", chosen.address,
            "--authority", instance.SAMPLE_SIRET,
        ]  # fmt: skip
        theirs = instance.sandbox_environment(chosen, os.environ)
        wanted.append(
            Program("sandbox", "Le bac à sable", [sys.executable, "-m", *sandbox], theirs, logs / "sandbox.log")
        )
    return wanted


def wait_until_ready(children: Children, chosen: Options, command: Command) -> None:
    """Wait until the portal, and the sandbox when there is one, answer.

    :raises StartError: when a program keeps ending, or nothing answers in time.
    """
    awaited = {"web": chosen.address}
    if chosen.sandbox:
        awaited["sandbox"] = f"http://127.0.0.1:{chosen.sandbox_port}"
    deadline = time.monotonic() + READY_WITHIN
    while awaited:
        command.requests.check()
        children.tend()
        for program in children.programs:
            give_up_on(program, children.falls_of(program.name), command)
        awaited = {name: address for name, address in awaited.items() if not answers(f"{address}/healthz")}
        if awaited and time.monotonic() >= deadline:
            logs = ", ".join(str(chosen.data_dir / "journaux" / f"{name}.log") for name in awaited)
            raise StartError(f"Parvis n’a pas répondu au bout de {READY_WITHIN:.0f} s : voyez {logs}.")
        time.sleep(0.05)


def give_up_on(program: Program, falls: int, command: Command) -> None:
    """Say why a program that ended before it was ready will not start.

    :raises StartError: with what is wrong in the settings or the database when that is it, else after a few tries.
    """
    if falls and program.name == "web":
        command.run(["upgrade-db"], "La base de données n’a pas pu être préparée")
    if falls >= FALLS_ALLOWED:
        raise StartError(f"{program.title} ne démarre pas : voyez {program.log}.")


def answers(address: str) -> bool:
    """True when a page of this machine answers with success."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def has_providers(settled: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """True when someone can sign in: at least one provider has an issuer."""
    tables = (settled.get("resident"), settled.get("agent"))
    named = (environment.get("PARVIS_RESIDENT_ISSUER"), environment.get("PARVIS_AGENT_ISSUER"))
    return any(table and table.get("issuer") for table in tables) or any(named)


def _refuse(error: Exception, code: int) -> int:
    print(error, file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
