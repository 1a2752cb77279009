"""Mail and webhooks: what is written, to whom, and how it is sent. What is due and what was sent: `postgres/outbox.py`."""
