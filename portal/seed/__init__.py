"""The sample commune, Valmont-sur-Iselle: made through the services, with an injected clock. Nobody in it exists."""

from portal.seed.plant import plant

__all__ = ["plant"]
