"""What can be set. Each field is documented in ``docs/exploitation.md``."""

from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from portal.ground.settings.private_keys import algorithm_of, read_private_key


class ProviderSettings(BaseModel):
    """One OpenID Connect provider, as registered with it. An empty ``acr`` is neither asked nor checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = ""
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    scopes: str = "openid"
    acr: str = ""
    signing_alg: Literal["ES256", "RS256"] = "ES256"
    userinfo_alg: Literal["ES256", "RS256", "none"] = "ES256"
    token_auth_method: Literal["client_secret_post", "private_key_jwt"] = "client_secret_post"  # noqa: S105  a method
    private_key: SecretStr | None = None
    private_key_kid: str = ""
    private_key_alg: Literal["ES256", "RS256", ""] = ""
    logout_url: str | None = None

    @property
    def configured(self) -> bool:
        """True when sign-in through this provider can be tried."""
        return bool(self.issuer and self.client_id)

    @field_validator("scopes")
    @classmethod
    def _scopes(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("la portée openid est indispensable")
        return value

    @field_validator("logout_url")
    @classmethod
    def _logout_url(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in {"http", "https"}:
            raise ValueError("une adresse qui commence par https:// est attendue")
        return value

    @model_validator(mode="after")
    def _complete(self) -> "ProviderSettings":
        if bool(self.issuer) != bool(self.client_id):
            raise ValueError("issuer et client_id vont ensemble")
        if self.token_auth_method == "private_key_jwt" and self.issuer and self.private_key is None:  # noqa: S105  same
            raise ValueError("private_key manque alors que token_auth_method vaut private_key_jwt")
        if self.private_key is not None:
            self._check_private_key(self.private_key.get_secret_value())
        return self

    def _check_private_key(self, text: str) -> None:
        if self.token_auth_method != "private_key_jwt":  # noqa: S105  same
            raise ValueError("private_key ne sert que si token_auth_method vaut private_key_jwt")
        found = algorithm_of(read_private_key(text))
        if self.private_key_alg not in {"", found}:
            raise ValueError(f"private_key_alg vaut {self.private_key_alg}, alors que la clé privée signe en {found}")


class ConnectionSettings(BaseModel):
    """One configured connector. ``secrets`` maps a secret's name to the environment variable that holds it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    connector: str
    title: str
    options: dict[str, Any] = Field(default_factory=dict)
    secrets: dict[str, str] = Field(default_factory=dict)


class Settings(BaseModel):
    """The whole configuration of one deployment: one controller, one database."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_dir: Path = Path("instance")
    database_url: str = ""
    public_url: str = "http://127.0.0.1:8070"
    port: int = Field(default=8070, ge=1, le=65535)
    production: bool = False
    instance_id: str = Field(default="parvis", pattern=r"^[a-z0-9-]{1,32}$")
    secret_key: SecretStr = SecretStr("")
    master_key: SecretStr = SecretStr("")
    previous_master_key: SecretStr = SecretStr("")
    fingerprint_key: SecretStr = SecretStr("")
    erasures_dir: Path | None = None
    resident: ProviderSettings = ProviderSettings(scopes="openid identite_pivot preferred_username email", acr="eidas1")
    agent: ProviderSettings = ProviderSettings(
        scopes="openid given_name usual_name email siret uid", signing_alg="RS256", userinfo_alg="RS256", acr=""
    )
    agent_sirets: tuple[str, ...] = ()
    # How agents are presented to residents in their space: first name alone where their safety asks for it (L111-2).
    agent_names: Literal["full", "first"] = "full"
    step_up: dict[str, str] = Field(default_factory=dict)
    egress_allow: tuple[str, ...] = ()
    journeys: tuple[str, ...] = ()
    connections: dict[str, ConnectionSettings] = Field(default_factory=dict)
    mail_connection: str = "courriel"
    mail_from: str = "Services en ligne <ne-pas-repondre@valmont-sur-iselle.example>"
    sandbox_url: str | None = None
    clamd: str = Field(default="", pattern=r"^(|unix:/.+|[^:/\s]+:[0-9]{1,5}|\[[0-9a-fA-F:]+\]:[0-9]{1,5})$")
    sign_in_limit: int = Field(default=10, ge=1, le=10_000)
    trusted_proxies: int = Field(default=0, ge=0, le=5)

    @field_validator("erasures_dir", mode="before")
    @classmethod
    def _no_folder(cls, value: object) -> object:
        return value or None

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
            raise ValueError("une adresse comme https://services.ma-commune.fr est attendue")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _safe_in_production(self) -> "Settings":
        if self.production:
            if not self.public_url.startswith("https://"):
                raise ValueError("public_url doit commencer par https:// quand production vaut true")
            if self.sandbox_url:
                raise ValueError("sandbox_url est réservé à l’essai : retirez-le quand production vaut true")
            if any(one.issuer.startswith("http://") for one in (self.resident, self.agent)):
                raise ValueError("les adresses issuer doivent commencer par https:// quand production vaut true")
        return self

    @model_validator(mode="after")
    def _two_doors(self) -> "Settings":
        """A token given for one door must be worth nothing at the other."""
        mine, theirs = self.resident, self.agent
        if mine.configured and (mine.issuer, mine.client_id) == (theirs.issuer, theirs.client_id):
            raise ValueError("resident et agent ne peuvent pas partager le même client_id chez le même fournisseur")
        return self

    @property
    def https(self) -> bool:
        """True when the public address is served over TLS: cookies are then Secure and ``__Host-``."""
        return self.public_url.startswith("https://")

    @property
    def resolved_database_url(self) -> str:
        """The database address; by default an SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'parvis.sqlite3'}"

    @property
    def resolved_erasures_dir(self) -> Path:
        """Where the list of erasures is kept, outside the database."""
        return self.erasures_dir or self.data_dir / "erasures"
