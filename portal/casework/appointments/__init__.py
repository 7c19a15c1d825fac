"""Appointments at desks and departments: places, kinds, openings, free slots, booking, moving, reminders, calendars."""
