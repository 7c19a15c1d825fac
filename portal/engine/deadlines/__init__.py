"""What time does by itself: statuses that last too long, silence that decides, deadlines, measured delays."""
