"""A municipal school software that speaks the contract school-enrolment/1."""
