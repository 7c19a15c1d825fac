"""What the household, the addresses and the requests already made may spare a person in the next form. Pure.

An *offer* is a value, or the few values of one thing (the three lines of an address, all that is known of a child),
with one source. What the person refused is not offered. Children are apart: which child a page is about is asked first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

from portal.casework.requests.service import EarlierRequest
from portal.ground.clock import local
from portal.people.accounts.enums import AddressKind, MemberRelation, ValueSource
from portal.people.accounts.service import AddressView, Declared, MemberFacts, MemberView, same_person, value_digest

CHILD: Final = "household.child"
ADDRESS: Final = "address.current"
# Concepts of a child -> what the household knows of a member.
CHILD_FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        f"{CHILD}.family_name": "family_name",
        f"{CHILD}.given_names": "given_names",
        f"{CHILD}.birthdate": "birthdate",
        f"{CHILD}.gender": "gender",
        f"{CHILD}.birth_place": "birth_place",
    }
)
TOPICS: Final = (ADDRESS, CHILD)
ADDRESSES: Final[Mapping[AddressKind, str]] = MappingProxyType(
    {AddressKind.CURRENT: ADDRESS, AddressKind.NEXT: "move.new_address"}
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Values by concept id, from one source. ``topic``: what they are about; ``key``: which child it is."""

    topic: str
    values: Mapping[str, str] = field(repr=False)
    source: ValueSource
    as_of: date
    reference: str = ""
    key: str = ""
    other_home: bool = False

    @property
    def digest(self) -> str:
        """The fingerprint under which this very offer is refused."""
        return value_digest(self.topic, self.told)

    @property
    def told(self) -> str:
        """All its values as one text."""
        return "\x1f".join(f"{concept}={self.values[concept]}" for concept in sorted(self.values))

    @property
    def child(self) -> MemberFacts:
        """The child it is about, as the household writes one."""
        facts = {name: self.values.get(concept, "") for concept, name in CHILD_FACTS.items()}
        return MemberFacts(relation=MemberRelation.CHILD, other_home=self.other_home, **facts)


@dataclass(frozen=True, slots=True)
class Spared:
    """What may be offered: by topic, and each child."""

    by_topic: Mapping[str, Offer]
    children: tuple[Offer, ...]

    def offer_for(self, concept: str) -> Offer | None:
        """The offer that holds a value of this concept, children apart."""
        return self.by_topic.get(topic_of(concept))


NOTHING: Final = Spared(MappingProxyType({}), ())


def topic_of(concept: str) -> str:
    """What a concept is about: the whole of an address, a child, or itself."""
    for topic in (*TOPICS, *ADDRESSES.values()):
        if concept == topic or concept.startswith(f"{topic}."):
            return topic
    return concept


def spare(declared: Declared, earlier: Sequence[EarlierRequest]) -> Spared:
    """What was declared first, then what the latest request says; never what was refused."""
    told = [one for one in from_requests(earlier) if (one.topic, one.digest) not in declared.declined]
    by_topic = {ADDRESSES[one.facts.kind]: of_address(one) for one in declared.addresses if one.facts.kind in ADDRESSES}
    for offer in told:
        if offer.topic != CHILD:
            by_topic.setdefault(offer.topic, offer)
    children = [of_child(one) for one in declared.members if one.facts.relation is MemberRelation.CHILD]
    return Spared(by_topic, _each_once([*children, *(offer for offer in told if offer.topic == CHILD)]))


def _each_once(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """One line for each child: what the household says comes first, and is not repeated by a request."""
    kept: list[Offer] = []
    for offer in offers:
        if not any(same_person(offer.child, one.child) for one in kept):
            kept.append(offer)
    return tuple(kept)


def of_child(member: MemberView) -> Offer:
    """A child of the household."""
    values = {concept: str(getattr(member.facts, name)) for concept, name in CHILD_FACTS.items()}
    return Offer(
        CHILD,
        {concept: value for concept, value in values.items() if value},
        ValueSource.HOUSEHOLD,
        member.declared_on,
        key=str(member.id),
        other_home=member.facts.other_home,
    )


def of_address(address: AddressView) -> Offer:
    """A declared address, line by line and whole."""
    facts, topic = address.facts, ADDRESSES[address.facts.kind]
    values = {f"{topic}.line": facts.line, f"{topic}.postcode": facts.postcode, f"{topic}.city": facts.city}
    values[topic] = f"{facts.line}\n{facts.postcode} {facts.city}"
    return Offer(topic, values, ValueSource.DECLARED, address.declared_on)


def from_requests(earlier: Sequence[EarlierRequest]) -> list[Offer]:
    """What each request said, the newest first. An address is taken whole from one request, never mixed from two."""
    offers: list[Offer] = []
    for request in earlier:
        gathered: dict[tuple[str, str], dict[str, str]] = {}
        for said in request.answers:
            topic = topic_of(said.concept)
            place = (topic, said.group if topic in TOPICS else "")
            gathered.setdefault(place, {}).setdefault(said.concept, said.value)
        day = local(request.submitted_at).date()
        for (topic, group), values in gathered.items():
            key = f"{request.reference}.{group}" if topic == CHILD else ""
            offers.append(Offer(topic, values, ValueSource.EARLIER_REQUEST, day, request.reference, key))
    return offers
