"""The blueprint of the room with all its views."""

from portal.screens.administration import agents, departments, journal, partners, rights, settings, suspending, teams
from portal.screens.administration.blueprint import blueprint

__all__ = ["agents", "blueprint", "departments", "journal", "partners", "rights", "settings", "suspending", "teams"]
