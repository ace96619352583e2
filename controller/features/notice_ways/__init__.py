"""How notices reach people outside of the pages: their devices and addresses, and webhooks of the station."""
