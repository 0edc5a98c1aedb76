"""Tells which functions stand where in source files, by compiling them with the interpreter that ran them.

    python heatline_functions.py REQUEST > ANSWER

REQUEST is a file of JSON: {"file": [line ...]}, all of them lines that were running. ANSWER is
{"file": {"functions": [["name", line] ...], "lines": [[line, function] ...]}}: all functions of the file, by their full names where Python has
such and with their first lines (of the first decorator, from 3.8 on), and for the lines asked for the row of the function that
they are code of. Where a line belongs to several (a lambda within a function) it is the outermost. Nothing of the files is run; those that
cannot be read or compiled are left out. Relative names count from the current folder.

Standard library only, CPython 3.6 and later.
"""

import dis
import json
import sys
import warnings


def main():
    """Answers one request."""
    sys.setrecursionlimit(5000)
    # Code that is no longer good style is none of our business.
    warnings.simplefilter('ignore')
    answer = {}
    with open(sys.argv[1], 'rb') as stream:
        request = json.loads(stream.read().decode('utf-8'))
    for name, lines in request.items():
        found = describe(name, set(lines))
        if found is not None:
            answer[name] = found
    json.dump(answer, sys.stdout)


def describe(name, wanted):
    """What a file holds, as in the answer; None when it cannot be read or compiled."""
    try:
        with open(name, 'rb') as stream:
            code = compile(stream.read(), name, 'exec', 0, True)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    functions, lines = [], {}
    kind = type(code)
    # Level by level: what is further out comes first.
    level = [(code, '<module>', '')]
    while level:
        below = []
        for code, full_name, prefix in level:
            functions.append([getattr(code, 'co_qualname', full_name), code.co_firstlineno])
            for _, line in dis.findlinestarts(code):
                if line in wanted:
                    lines.setdefault(line, len(functions) - 1)
            for inner in code.co_consts:
                if isinstance(inner, kind):
                    inner_name = prefix + inner.co_name
                    # Functions have CO_OPTIMIZED, bodies of classes do not.
                    below.append((inner, inner_name, inner_name + ('.<locals>.' if inner.co_flags & 1 else '.')))
        level = below
    return {'functions': functions, 'lines': sorted(lines.items())}


if __name__ == '__main__':
    main()
