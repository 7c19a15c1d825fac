"""Fictitious people with names that break careless code, and what they would send."""

from typing import Any

SCHOOL: dict[str, Any] = {
    "household.child.family_name": "O’Connor-Ñandú",
    "household.child.given_names": "Zoé-Maëlle Ngọc",
    "household.child.birthdate": "2022-11-30",
    "household.child.gender": "female",
    "household.child.birth_place": "Valmont-sur-Iselle",
    "household.child.birth_country": "99100",
    "guardian.role": "mother",
    "guardian.parental_authority": True,
    "person.family_name": "Nguyễn d’Aubigné",
    "person.preferred_name": "Lefèvre-Okoye",
    "person.given_names": "Anne-Lise Sixtine",
    "contact.email": "anne-lise.okoye@courriel.example",
    "contact.phone": "+33639981234",
    "address.current.line": "12 bis rue des Tisserands",
    "address.current.postcode": "38990",
    "address.current.city": "Valmont-sur-Iselle (bourg)",
    "school.year": "2027-2028",
    "school.enrolment_kind": "first",
    "school.level": "PS",
    "school.wished_school": "0389999X",
    "school.meal": True,
    "school.after_school": False,
    "move.date": "2027-08-31",
    "move.new_address.city": "Saint-Ours-les-Prés",
}

LETTER: dict[str, Any] = {
    "person.family_name": "Nguyễn d’Aubigné",
    "person.preferred_name": "Lefèvre-Okoye",
    "person.given_names": "Anne-Lise Sixtine",
    "person.birthdate": "1988-02-29",
    "contact.email": "anne-lise.okoye@courriel.example",
    "contact.phone": "+33639981234",
    "caf.beneficiary_number": "1234567",
    "address.current.line": "12 bis rue des Tisserands",
    "address.current.postcode": "38990",
    "address.current.city": "Valmont-sur-Iselle (bourg)",
    "move.date": "2027-08-31",
    "move.new_address.line": "4 quai des Moulins",
    "move.new_address.postcode": "38999",
    "move.new_address.city": "Saint-Ours-les-Prés",
    "move.new_address.country": "France",
}

DEMO: dict[str, Any] = {
    "person.family_name": "Nguyễn d’Aubigné",
    "person.given_names": "Anne-Lise Sixtine",
    "contact.email": "anne-lise.okoye@courriel.example",
    "request.comment": "Le matin de préférence.",
}

CAF: dict[str, Any] = {
    "person.family_name": "NGUYỄN D’AUBIGNÉ",
    "person.given_names": ["Anne-Lise", "Sixtine", "Apolline", "Bérengère"],
    "person.birthdate": "1988-02-29",
    "person.gender": "female",
    "person.birth_place": "2B002",
    "person.birth_country": "99100",
}

EMAIL: dict[str, Any] = {"contact.email": "anne-lise.okoye@courriel.example"}

MOBILITY: dict[str, Any] = {
    "person.family_name": "Nguyễn d’Aubigné",
    "person.preferred_name": "Lefèvre-Okoye",
    "person.given_names": "Anne-Lise Sixtine",
    "person.birthdate": "1988-02-29",
    "contact.email": "anne-lise.okoye@courriel.example",
    "mobility.pass_number": "VAL-2048-7731",
    "mobility.refund_iban": "FR7630006000011234567890189",
    "move.date": "2027-04-30",
}

SMS: dict[str, Any] = {"contact.phone": "+33639980142"}

HARD_NAMES = [
    "O",
    "Ñ",
    "d’Ornano",
    "D'Arc",
    "L’Hôpital-Saint-Blaise",
    "de la Tour d'Auvergne Lauraguais",
    "Ba-Ba--Ba",
    "Łukaszewicz-Đorđević",
    "Nguyễn Thị Ánh",
    "Ægir Þórðardóttir",
    "王小明",
    "محمد",
    "Мария-Анна",
    "Ελένη",
    "e\u0301lodie",
    "a" * 80,
    "Jean-" * 15 + "Marie",
]
