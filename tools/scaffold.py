"""What tools/new-probe, new-format, new-source and new-reader share: copying a template under a new name and adding its lines to a
registry. The templates lie in tools/templates/ as their copies lie in the tree; tests compile and run them."""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "tools" / "templates"


def read_name(usage):
    """The one word of the command line, such as udp-dns."""
    if len(sys.argv) != 2 or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", sys.argv[1]):
        sys.exit(f"{usage}\nNAME is made of small letters, digits and hyphens: udp-dns")
    return sys.argv[1]


def renamed(text, template, name):
    """`text` about new-probe, new_probe and NewProbe, about `name`."""
    for spelling in (lambda words: "-".join(words), lambda words: "_".join(words),
                     lambda words: "".join(word.capitalize() for word in words)):
        text = text.replace(spelling(template.split("-")), spelling(name.split("-")))
    return text


def copies(template, name):
    """Template file -> where its copy goes."""
    stem = template.replace("-", "_")
    found = {path: ROOT / renamed(str(path.relative_to(TEMPLATES)), template, name)
             for path in sorted(TEMPLATES.rglob(f"{stem}*.*"))}
    for target in found.values():
        if target.exists():
            sys.exit(f"{target.relative_to(ROOT)} is there already")
    return found


def insert(path, line, after):
    """Puts `line` below the last line of the file `path` that the pattern `after` matches from its beginning."""
    lines = (ROOT / path).read_text().splitlines(keepends=True)
    places = [number for number, text in enumerate(lines) if re.match(after, text)]
    if not places:
        sys.exit(f"{path}: no line looks like '{after}'; its registry has changed, and this tool has not")
    lines.insert(places[-1] + 1, line + "\n")
    (ROOT / path).write_text("".join(lines))


def scaffold(template, name, lines):
    """Copies the template under its new name and adds `lines`: (file, line, pattern of the line above)."""
    made = copies(template, name)
    for source, target in made.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(renamed(source.read_text(), template, name))
    for path, line, after in lines:
        insert(path, renamed(line, template, name), after)
    code = [path for path in made.values() if path.suffix == ".cpp"]
    if formatter := shutil.which("clang-format-19"):
        subprocess.run([formatter, "-i", *code], check=True)
    for target in made.values():
        print(f"made {target.relative_to(ROOT)}")
    for path in dict.fromkeys(path for path, _, _ in lines):
        print(f"added to {path}")
