"""Which variables the settings are read from."""

from bot.settings import read_settings


class Asked(dict[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]  # asked without one
        self.names.add(name)
        return default


def known_settings() -> set[str]:
    """Give the names of all variables that the program reads."""
    environment = Asked()
    read_settings(environment)
    return environment.names
