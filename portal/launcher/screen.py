"""What the launcher writes on the terminal, in French."""

import os
import sys

from portal.launcher.options import Options

NO_PROVIDER = (
    "Aucun fournisseur d’identité n’est configuré : personne ne pourra se connecter tant que les tables [resident] et "
    "[agent] de {file} ne sont pas remplies (docs/exploitation.md)."
)


def say(message: str) -> None:
    """Write a line at once; a terminal that is gone is no reason to stop, nor to stop badly."""
    try:
        print(message, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def ready(options: Options, address: str, seconds: float, *, providers: bool) -> str:
    """Where Parvis is, how to sign in as each of the three people, and how to stop it."""
    lines = [f"Parvis est prêt en {seconds:.0f} s : {address}", ""]
    if options.sandbox:
        lines += [*sign_ins(address), "", *sandbox_pages(f"http://127.0.0.1:{options.sandbox_port}"), ""]
    elif not providers:
        lines += [NO_PROVIDER.format(file=options.config_file), ""]
    lines += [f"Données, clés et journaux : {options.data_dir}", "Ctrl-C pour tout arrêter."]
    return "\n".join(lines)


def sign_ins(address: str) -> list[str]:
    """The sign-ins, with people of the sandbox."""
    return [
        "Se connecter (personnes fictives du bac à sable) :",
        f"  Usager                 {address}/connexion          Angela Claire Louise DUBOIS (angela)",
        f"  Agent France Services  {address}/agents/connexion   Karim Haddad (k.haddad)",
        f"  Agent du service       {address}/agents/connexion   Claire Le Goff (c.legoff)",
        f"  Responsable            {address}/agents/connexion   Samira Amrani (s.amrani)",
        f"  Agent des démarches    {address}/agents/connexion   Inès Moreau (i.moreau)",
        f"  Opérateur              {address}/agents/connexion   Odile Perrin (o.operateur)",
        f"  Protection des données {address}/agents/connexion   Denis Quéré-Baptiste (d.quere)",
        f"  Administrateur         {address}/agents/connexion   Aurore Ngoma-Lestrade (a.ngoma)",
    ]


def sandbox_pages(sandbox: str) -> list[str]:
    """What can be done in the sandbox."""
    return [
        f"Le bac à sable joue le monde extérieur : {sandbox}",
        f"  Faire avancer un dossier chez le partenaire   {sandbox}/ecoles/dossiers",
        f"  Lire les courriels envoyés                    {sandbox}/courriels",
        f"  Lire les SMS envoyés                          {sandbox}/telephone",
        f"  Provoquer des pannes                          {sandbox}/incidents",
    ]
