"""For Django: mail through the relay, and its events as signals. `OVERT` in Django's settings says where and how."""
