"""The geocoder's answer: the envelope is strict, each feature is read by itself so that an odd one hides no other."""

from typing import Any, Literal

from pydantic import BaseModel


class Features(BaseModel):
    """A GeoJSON FeatureCollection (RFC 7946 §3.3)."""

    type: Literal["FeatureCollection"]
    features: list[Any]
