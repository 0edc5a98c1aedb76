"""The .pdbrc files: that of the home folder first, then that of the working folder, as pdb reads them."""
import os


class RcLine(str):
    """The text of a line of a .pdbrc file, which knows its place for messages."""

    path = ''
    number = 0

    @classmethod
    def at(cls, path, number, text):
        line = cls(text)
        line.path = path
        line.number = number
        return line


def rc_paths():
    """The paths at which pdb looks for .pdbrc files, each once."""
    home, here = os.path.expanduser('~/.pdbrc'), os.path.abspath('.pdbrc')
    return [home] if os.path.realpath(home) == os.path.realpath(here) else [home, here]


def read_rc():
    """The lines to run of all .pdbrc files, and messages about files that are there and cannot be read."""
    lines, faults = [], []
    for path in rc_paths():
        try:
            with open(path, encoding='utf-8') as file:
                found = [(number, line.strip()) for number, line in enumerate(file, 1)]
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            faults.append('*** %s was left out: %s' % (path, error))
            continue
        lines.extend(RcLine.at(path, number, text) for number, text in found if text and not text.startswith('#'))
    return lines, faults
