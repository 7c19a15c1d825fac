"""Invented inhabitants: family and given names, nom d'usage, birth date, gender, place and country (INSEE codes)."""

from portal.people.accounts.service import ResidentClaims

FRANCE = "99100"
_ROWS = (
    ("Diallo", "Aminata", "", "1987-05-12", "female", "", "99335"),
    ("Ferrand", "Jean-Baptiste Luc", "", "1979-11-02", "male", "38185", FRANCE),
    ("Nguyen", "Thi Mai", "Lambert", "1990-01-23", "female", "", "99243"),
    ("Kovalenko", "Oksana", "", "1985-07-09", "female", "", "99155"),
    ("Benali", "Yacine", "", "1994-03-30", "male", "69123", FRANCE),
    ("Le Bihan", "Maëlys Gwenn", "", "1991-12-17", "female", "29019", FRANCE),
    ("Ferreira da Costa", "João", "", "1982-06-04", "male", "", "99139"),
    ("Traoré", "Aïcha", "", "1988-09-21", "female", "93066", FRANCE),
    ("Moreau", "Léa Simone", "", "1996-02-14", "female", "26362", FRANCE),
    ("Yıldız", "Mehmet", "", "1977-04-25", "male", "", "99208"),
    ("Popescu", "Ioana", "", "1989-10-11", "female", "", "99114"),
    ("Rolland", "Inès", "Rolland-Achour", "1984-08-08", "female", "38544", FRANCE),
    ("O’Connor", "Siobhán", "", "1980-03-17", "female", "", "99136"),
    ("Ba", "O", "", "1957-00-00", "male", "", "99341"),
    ("Casanova", "Ghjuvan", "", "1969-05-27", "male", "2B033", FRANCE),
    ("حسن", "ليلى", "", "1993-11-29", "female", "", "99206"),
    ("Świątek-Dubois", "Ewa", "", "1986-01-06", "female", "", "99122"),
    ("Rakotomalala Andrianampoinimerina", "Voahangy Nirina", "", "1981-12-31", "female", "", "99333"),
    ("Petit", "Étienne", "", "2001-07-14", "male", "38053", FRANCE),
    ("Martin", "Chloé", "", "1998-02-28", "female", "73065", FRANCE),
    ("Garcia-Lopez", "Inmaculada", "", "1974-06-19", "female", "", "99134"),
    ("Lefèvre", "Œdipe Noël", "", "1962-12-25", "male", "59350", FRANCE),
    ("Singh", "Harpreet", "", "1992-04-13", "male", "", "99223"),
    ("Weber", "Lina", "", "1999-09-09", "female", "67482", FRANCE),
)

CHILDREN = (
    ("Nour", "female"),
    ("Gabin", "male"),
    ("Linh", "female"),
    ("Taras", "male"),
    ("Ilyès", "male"),
    ("Nolwenn", "female"),
    ("Beatriz", "female"),
    ("Fatou", "female"),
    ("Zoé", "female"),
    ("Emre", "male"),
)


def inhabitants() -> list[ResidentClaims]:
    """Everyone, in a fixed order."""
    return [
        ResidentClaims(
            family_name=family,
            given_names=tuple(given.split()),
            preferred_name=usage,
            birthdate=birthdate,
            gender=gender,
            birth_place=place,
            birth_country=country,
            email=f"habitant{number:02d}@exemple.example",
        )
        for number, (family, given, usage, birthdate, gender, place, country) in enumerate(_ROWS, start=1)
    ]
