"""The journal and the security log as pages and programs read them."""
