"""The bodies of school-enrolment/1: an enrolment, a departure, what follows. What it does not name is refused."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, field_validator, model_validator

Name = Annotated[str, Field(min_length=1, max_length=200)]
Uai = Annotated[str, Field(pattern=r"^\d{7}[A-Z]$")]
CityCode = Annotated[str, Field(pattern=r"^(\d{2}|2A|2B)\d{3}$")]
CountryCode = Annotated[str, Field(pattern=r"^99\d{3}$")]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9 .]{6,20}$")]


class Part(BaseModel):
    """A part of the body: no unknown member; read with `strict`, so no silent conversion of types either."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Identity(Part):
    """A person's names."""

    birth_name: Name
    usual_name: Name | None = None
    first_names: Annotated[list[Name], Field(min_length=1, max_length=20)]


class Child(Identity):
    """The child to enrol. `birth_date` is a civil date; `birth_place` is for a commune whose code is unknown."""

    sex: Literal["F", "M"] | None = None
    birth_date: date
    birth_place_cog: CityCode | None = None
    birth_place: Name | None = None
    birth_country_cog: CountryCode | None = None


class Address(Part):
    """An address: its text, and what the national base knows of it."""

    label: Annotated[str, Field(min_length=1, max_length=300)]
    line: Name | None = None
    city: Name | None = None
    ban_id: Annotated[str, Field(max_length=60)] | None = None
    citycode: CityCode | None = None
    postcode: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None


class Guardian(Part):
    """A parent or guardian."""

    role: Literal["pere", "mere", "tuteur", "autre"]
    parental_authority: bool = True
    identity: Identity
    address: Address | None = None
    phones: Annotated[list[Phone], Field(max_length=5)] = []
    email: EmailStr | None = None
    invoiced: bool = False


class Wish(Part):
    """A school asked for."""

    uai: Uai
    rank: Annotated[int, Field(ge=1, le=10)] = 1
    reason: Literal["siblings", "work", "medical", "other"] | None = None


class Sibling(Identity):
    """A brother or sister already at school."""

    birth_date: date | None = None
    school_uai: Uai | None = None


class Options(Part):
    """Services around school. Never a word on health here."""

    meal: bool = False
    after_school: bool = False


class AttachedDocument(Part):
    """A document the school may fetch, with its fingerprint."""

    type: Literal["livret_famille", "justificatif_domicile", "vaccinations", "radiation", "jugement"]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    url: Annotated[str, Field(max_length=500)]


Reference = Annotated[str, Field(min_length=1, max_length=64)]


class Cancellation(Part):
    """A family gives its enrolment up."""

    external_ref: Reference
    reason: Literal["withdrawn"]
    withdrawn_at: AwareDatetime


class Complement(Part):
    """What a family answers to a question."""

    external_ref: Reference
    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    answered_at: AwareDatetime


class EnrolmentContent(Part):
    """What an enrolment says."""

    school_year: str
    kind: Literal["first", "transfer", "derogation"] = "first"
    child: Child
    level: Literal["PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2", "ULIS"]
    guardians: Annotated[list[Guardian], Field(min_length=1, max_length=6)]
    address: Address
    sector_school_uai: Uai | None = None
    wishes: Annotated[list[Wish], Field(max_length=5)] = []
    previous_school_uai: Uai | None = None
    siblings: Annotated[list[Sibling], Field(max_length=12)] = []
    options: Options = Options()
    documents: Annotated[list[AttachedDocument], Field(max_length=20)] = []
    consent: bool = True

    @field_validator("school_year")
    @classmethod
    def _two_years_in_a_row(cls, value: str) -> str:
        first, dash, second = value.partition("-")
        if not (dash and len(first) == len(second) == 4 and first.isdigit() and second.isdigit()):
            raise ValueError("AAAA-AAAA attendu")
        if int(second) != int(first) + 1:
            raise ValueError("deux années qui se suivent attendues")
        return value

    @property
    def child_year(self) -> str:
        """What makes two enrolments the same: the child and the school year."""
        child = self.child
        who = (child.birth_name, child.first_names[0], child.birth_date.isoformat(), self.school_year)
        return "|".join(part.casefold() for part in who)


class Enrolment(EnrolmentContent):
    """One enrolment asked for."""

    external_ref: Reference


class Leaving(Part):
    """When a child leaves the school, and for where, unless nobody may know."""

    date: date
    city: Name | None = None


class DeregistrationContent(Part):
    """What a family says whose child leaves a school of the commune."""

    child: Child
    school_uai: Uai | None = None
    guardians: Annotated[list[Guardian], Field(min_length=1, max_length=6)]
    leaving: Leaving

    @property
    def child_year(self) -> str:
        """What makes two the same: the child and the school year; an enrolment is never the same as a departure."""
        child = self.child
        who = (child.birth_name, child.first_names[0], child.birth_date.isoformat(), "radiation")
        return "|".join(part.casefold() for part in who)


class Deregistration(DeregistrationContent):
    """One certificate of deregistration asked for."""

    external_ref: Reference


class Amendment(Part):
    """A correction: the whole of what the file says, as it now stands. One of the two parts, that of the file."""

    external_ref: Reference
    amendment: Annotated[int, Field(ge=1)]
    enrolment: EnrolmentContent | None = None
    deregistration: DeregistrationContent | None = None

    @model_validator(mode="after")
    def _one_part(self) -> "Amendment":
        if (self.enrolment is None) == (self.deregistration is None):
            raise ValueError("« enrolment » ou « deregistration » attendu, pas les deux")
        return self
