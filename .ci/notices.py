"""Writes what the licences of all installed packages ask to be told beside them, from their own metadata.

Run by the Python whose packages are meant; the image has what it prints as /app/THIRD_PARTY.txt.
"""

import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions

OURS = "imessage-support"
FREE = "License :: OSI Approved :: "


def licence(package: Distribution) -> str:
    """Return what the package says of its licence, in as few words as it has."""
    told = package.metadata
    classified = [
        each.removeprefix(FREE) for each in told.get_all("Classifier") or () if each.startswith(FREE)
    ]
    free_text = (told.get("License") or "").strip().partition("\n")[0]
    return told.get("License-Expression") or ", ".join(classified) or free_text


def texts(package: Distribution) -> Iterator[str]:
    """Yield the package's own files about its licence, whole."""
    words = ("licen", "copying", "notice", "authors")
    for file in package.files or ():
        in_metadata = any(part.endswith(".dist-info") for part in file.parts)
        if in_metadata and file.name.lower().startswith(words) and file.locate().is_file():
            text = file.locate().read_text(encoding="utf-8", errors="replace").strip()
            yield f"--- {file.name} ---\n\n{text}\n"


def notice(package: Distribution) -> str:
    """Return all there is to tell of a package."""
    told = package.metadata
    addresses = [
        told.get("Home-page"),
        *(each.partition(", ")[2] for each in told.get_all("Project-URL") or ()),
    ]
    source = next((each for each in addresses if each), f"https://pypi.org/project/{told['Name']}/")
    head = f"{told['Name']} {told['Version']}\nLicence: {licence(package)}\nSource: {source}\n"
    return "\n".join([head, *texts(package)])


def main() -> int:
    """Print all notices; fail where a package says nothing of its licence."""
    packages = sorted(distributions(), key=lambda package: package.metadata["Name"].lower())
    others = [package for package in packages if package.metadata["Name"] != OURS]
    print(
        "The packages that this program is installed with. None of them is changed, and each can be replaced"
    )
    print("by another version of it with pip.\n")
    print(f"\n{'=' * 100}\n".join(notice(package) for package in others))
    silent = [package.metadata["Name"] for package in others if not licence(package)]
    if silent:
        print(f"nothing is said of the licence of {', '.join(silent)}", file=sys.stderr)
    return bool(silent)


if __name__ == "__main__":
    sys.exit(main())
