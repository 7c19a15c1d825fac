"""The ground people live on: communes by name and postcode, and the places of the town that anyone may go to."""
