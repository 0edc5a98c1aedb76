"""Completion of lines of the console with pdb's own complete_* methods."""
import sys

_DELIMITERS = ' \t\n`@#%^&*()=+[{]}\\|;:\'",<>?'

# The kinds of arguments, by command: what DAP calls the type of a completion.
_KINDS = {
    'break': 'file', 'b': 'file', 'tbreak': 'file', 'clear': 'file', 'cl': 'file',
    'condition': 'reference', 'commands': 'reference', 'enable': 'reference', 'disable': 'reference', 'ignore': 'reference',
}
_ALSO_NUMBERS = ('clear', 'cl')


def complete(debugger, text, column):
    """Completions of `text` at `column` (from 1, in characters of the text): a list of DAP's CompletionItem.

    The debugger is bound to a stopped thread already.
    """
    before = text[:max(0, column - 1)].rpartition('\n')[2]
    offset = max(0, column - 1) - len(before)
    last = before.rpartition(';;')[2]  # commands on one line
    offset += len(before) - len(last)
    line = last.lstrip()
    offset += len(last) - len(line)
    begin = len(line)
    while begin > 0 and line[begin - 1] not in _DELIMITERS:
        begin -= 1
    word = line[begin:]
    if begin == 0 and not line.startswith('!'):
        found, kind = _commands(debugger, word), 'keyword'
    else:
        found, kind = _arguments(debugger, word, line, begin)
    items = []
    for candidate in sorted(set(found)):
        item = {'label': candidate, 'start': offset + begin, 'length': len(word), 'type': kind}
        items.append(item)
    return items


def _commands(debugger, word):
    names = [name[3:] for name in dir(type(debugger)) if name.startswith('do_' + word)]
    return names + [alias for alias in debugger.aliases if alias.startswith(word)]


def _arguments(debugger, word, line, begin):
    name, _arg, _line = debugger.parseline(line)
    if not name or not hasattr(debugger, 'do_' + name):
        return [], 'text'  # an expression or statement: the values' own completion knows more
    method = getattr(debugger, 'complete_' + name, None)
    if method is None:
        return [], 'text'
    try:
        found = list(method(word, line, begin, len(line)) or ())
        if name in _ALSO_NUMBERS:
            found += debugger._complete_bpnumber(word, line, begin, len(line))
    except Exception as error:  # a property of the program that fails; there is nothing to offer then
        print('completion failed: %s' % error, file=sys.__stderr__)
        found = []
    return found, _KINDS.get(name, 'variable')
