"""The tables of the journey, gathered for its migrations."""

from journeys.daily_services.reports.models import StreetReport, StreetVoice

__all__ = ["StreetReport", "StreetVoice"]
