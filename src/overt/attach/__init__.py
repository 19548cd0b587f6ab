"""Ways into other people's programs: the collector in an ASGI application, mail and events of Django.

Stands above everything; nothing of overt stands on it. Each module wants its framework and no other.
"""
