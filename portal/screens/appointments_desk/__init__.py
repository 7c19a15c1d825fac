"""« Rendez-vous », for agents: days, one appointment, booking for somebody, and what heads of departments settle."""
