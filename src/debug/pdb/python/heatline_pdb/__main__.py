"""`python heatline_pdb --connect HOST:PORT [--] PROGRAM ARGS`: the program under the debugger of the adapter that listens there."""
import os
import sys


def _package():
    """Makes this folder importable as a package without putting anything before the program's own modules."""
    folder = os.path.dirname(os.path.abspath(__file__))
    if sys.path and os.path.abspath(sys.path[0] or os.curdir) in (folder, os.path.dirname(folder)):
        del sys.path[0]
    parent = os.path.dirname(folder)
    if parent not in sys.path:
        sys.path.append(parent)


def main():
    if sys.version_info < (3, 8):
        sys.stderr.write('Heatline debugs Python 3.8 and later; this is %s.\n' % sys.version.split()[0])
        sys.exit(2)
    # `python -m heatline_pdb` puts the folder of the moment first, as the program would have it.
    as_module = __spec__ is not None and __spec__.name != '__main__'
    if not as_module:
        _package()
    from heatline_pdb import command
    sys.exit(command.main(sys.argv[1:]))


if __name__ == '__main__':
    main()
