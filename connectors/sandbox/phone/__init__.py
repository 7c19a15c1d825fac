"""An SMS operator (sms-gateway/1), and the phone on which everything it carries is read."""
