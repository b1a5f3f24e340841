"""The configuration of one repository (`.git/config`)."""

from collections.abc import Mapping

from dulwich.repo import Repo


class Settings:
    def __init__(self, repo: Repo) -> None:
        self._repo = repo

    def get(self, section: str, name: str, subsection: str | None = None) -> str | None:
        """A value of this repository's own configuration; None where it is not set there."""
        try:
            return self._repo.get_config().get(_section(section, subsection), name.encode()).decode()
        except KeyError:
            return None

    def effective(self, section: str, name: str) -> str | None:
        """A value as git would find it: this repository's, else the user's or the system's."""
        try:
            return self._repo.get_config_stack().get((section.encode(),), name.encode()).decode()
        except KeyError:
            return None

    def set(self, values: Mapping[tuple[str, str | None, str], str | None]) -> None:
        """Set (or with None remove) many `(section, subsection, name)` values in one write."""
        config = self._repo.get_config()
        for (section, subsection, name), value in values.items():
            key = _section(section, subsection)
            if value is not None:
                config.set(key, name.encode(), value.encode())
            elif config.has_section(key) and name.encode() in config[key]:
                del config[key][name.encode()]
                if not len(config[key]):
                    del config[key]
        config.write_to_path()

    def drop(self, section: str, subsection: str) -> None:
        """Forget all there is under `[section "subsection"]`."""
        config, key = self._repo.get_config(), _section(section, subsection)
        if config.has_section(key):
            del config[key]
            config.write_to_path()

    def subsections(self, section: str) -> list[str]:
        """`["origin", "backup"]` for `remote`."""
        found = self._repo.get_config().sections()
        return [s[1].decode() for s in found if s[0] == section.encode() and len(s) > 1]

    def identity(self) -> tuple[str | None, str | None]:
        """`user.name` and `user.email` as git would find them: this repository's, then the user's."""
        return self.effective("user", "name"), self.effective("user", "email")


def _section(section: str, subsection: str | None) -> tuple[bytes, ...]:
    return (section.encode(), subsection.encode()) if subsection else (section.encode(),)
