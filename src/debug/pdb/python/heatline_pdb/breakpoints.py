"""Breakpoints of the editor and of pdb's commands: one set, whose records are pdb's own (bdb.Breakpoint).

So that a breakpoint of the gutter has a number in the console and the other way round. Attributes beside pdb's:
  kind            'line' or 'function'
  key             the file's key (files.key_of); the record's `file` is the name pdb shows
  requested       the line that was asked for; `line` is where it stops
  hit_condition   the editor's ('5', '>5', '%3'), with `passes`, how often the condition held so far
  log_message     a log point's text
  source          'editor' or 'console': the editor may only replace its own
"""
import os
import re
import sys

from . import files, lines

_HIT = re.compile(r'\s*(==|>=|<=|>|<|=|%)?\s*(\d+)\s*\Z')


def hit_test(text):
    """A function of the number of passes that tells whether to stop; ValueError with words for the user."""
    match = _HIT.match(text)
    if not match:
        raise ValueError("a hit condition is a number, or one after ==, >, >=, <, <= or %%: '%s' is none of them" % text)
    sign, number = match.group(1) or '==', int(match.group(2))
    if sign == '%':
        if number == 0:
            raise ValueError("'% 0' never holds")
        return lambda passes: passes % number == 0
    return {
        '==': lambda passes: passes == number, '=': lambda passes: passes == number,
        '>': lambda passes: passes > number, '>=': lambda passes: passes >= number,
        '<': lambda passes: passes < number, '<=': lambda passes: passes <= number,
    }[sign]


def parse_log_message(text):
    """Splits 'x is {x}' into literal strings and compiled expressions; '{{' and '}}' stand for braces. ValueError when it is wrong."""
    parts = []
    literal = ''
    at = 0
    while at < len(text):
        character = text[at]
        if text[at:at + 2] in ('{{', '}}'):
            literal += character
            at += 2
        elif character != '{':
            literal += character
            at += 1
        else:
            end = _closing_brace(text, at + 1)
            expression = text[at + 1:end].strip()
            if not expression:
                raise ValueError('the log message has an empty {}')
            if literal:
                parts.append(literal)
                literal = ''
            try:
                parts.append(compile(expression, '<log message>', 'eval'))
            except (SyntaxError, ValueError) as problem:
                raise ValueError('{%s} of the log message is no expression: %s' % (expression, getattr(problem, 'msg', problem)))
            at = end + 1
    if literal:
        parts.append(literal)
    return parts


def _closing_brace(text, at):
    depth = 0
    quote = None
    while at < len(text):
        character = text[at]
        if quote:
            if character == '\\':
                at += 1
            elif character == quote:
                quote = None
        elif character in '\'"':
            quote = character
        elif character in '{[(':
            depth += 1
        elif character in ')]':
            depth -= 1
        elif character == '}':
            if depth == 0:
                return at
            depth -= 1
        at += 1
    raise ValueError('the log message has a { without its }')


def _compiled(text, what):
    try:
        return compile(text.strip(), '<%s>' % what, 'eval')
    except (SyntaxError, ValueError) as problem:
        raise ValueError("the %s '%s' is no expression: %s" % (what, text, getattr(problem, 'msg', problem)))


class Breakpoints:
    """The set of breakpoints, and what the tracer asks of it."""

    def __init__(self, engine):
        self._engine = engine
        self._next_id = 0
        # File key -> records on its lines, kept in step with bdb.Breakpoint.bpbynumber.
        self._by_key = {}
        # Names of the editor's function breakpoints -> what was asked, and by the function's last name for the tracer.
        self.functions = {}
        self._shown_path = {}

    # What the tracer asks.

    def in_file(self, filename, module_globals=None):
        """The records of the file a code object comes from; empty when it has none."""
        return self._by_key.get(files.key_of(filename, module_globals)) if self._by_key else None

    def any(self):
        """True when some code has to be watched."""
        return bool(self._by_key or self.functions)

    def of_code(self, code, module_globals):
        """Line -> records that a code object stops at; None when there are none."""
        found = {}
        records = self.in_file(code.co_filename, module_globals)
        if records:
            starts = None
            for record in records:
                if not record.enabled:
                    continue
                if record.funcname and code.co_name == record.funcname:
                    first = lines.first_line(code)
                    if code.co_firstlineno <= record.line <= first:
                        found.setdefault(first, []).append(record)
                elif not record.funcname:
                    if starts is None:
                        starts = lines.line_starts(code)
                    if record.line in starts:
                        found.setdefault(record.line, []).append(record)
        if self.functions:
            for record in self.functions.get(code.co_name, ()):
                if record.enabled and _names(record.func_name, code, module_globals):
                    found.setdefault(lines.first_line(code), []).append(record)
        return found or None

    def hit(self, records, frame):
        """The records among those of a line that stop now; conditions are evaluated here, log points told."""
        stopping = None
        for record in records:
            if not record.enabled or (record.at_entry and not lines.at_entry(frame)):
                continue
            record.hits += 1
            code = record.compiled
            if code is not None:
                try:
                    if not eval(code, frame.f_globals, frame.f_locals):
                        continue
                except Exception as problem:
                    self._condition_failed(record, problem)
            if record.ignore > 0:
                record.ignore -= 1
                continue
            if record.hit_test is not None:
                record.passes += 1
                if not record.hit_test(record.passes):
                    continue
            if record.log_parts is not None:
                self._log(record, frame)
                continue
            if stopping is None:
                stopping = []
            stopping.append(record)
        return stopping

    def _condition_failed(self, record, problem):
        if record.complained:
            return
        record.complained = True
        self._engine.output('important', 'The condition of the breakpoint at %s:%d failed: %s: %s. It stops there.\n'
                            % (os.path.basename(record.file), record.line, type(problem).__name__, problem))

    def _log(self, record, frame):
        said = []
        for part in record.log_parts:
            if isinstance(part, str):
                said.append(part)
                continue
            try:
                said.append(self._engine.log_text(eval(part, frame.f_globals, frame.f_locals)))
            except Exception as problem:
                said.append('<%s: %s>' % (type(problem).__name__, problem))
        self._engine.output('console', ''.join(said) + '\n', frame.f_code.co_filename, frame.f_lineno)

    # Making and changing.

    def _record(self, path, line, temporary, condition, funcname, source):
        # With the first breakpoint: loading it takes as long as all of ours.
        import bdb
        record = bdb.Breakpoint(path, line, temporary, condition, funcname)
        record.dap_id = self.new_id()
        record.kind = 'line'
        record.source = source
        record.requested = line
        record.hit_condition = record.hit_test = record.log_message = record.log_parts = record.func_name = None
        record.passes = 0
        record.complained = False
        record.compiled = None
        record.compiled_from = None
        record.at_entry = funcname is not None
        record.key = files.key_of(path)
        return record

    def add(self, path, line, temporary=False, condition=None, funcname=None, hit_condition=None, log_message=None, source='console'):
        """A breakpoint where the line was checked already (pdb's own commands check it). ValueError with words for the user."""
        compiled = _compiled(condition, 'condition') if condition and source == 'editor' else None
        test = hit_test(hit_condition) if hit_condition and hit_condition.strip() else None
        parts = parse_log_message(log_message) if log_message else None
        record = self._record(path, line, temporary, condition or None, funcname, source)
        record.hit_condition, record.hit_test = hit_condition, test
        record.log_message, record.log_parts = log_message, parts
        record.compiled, record.compiled_from = compiled, condition if compiled else None
        self._compile(record)
        self._by_key.setdefault(record.key, []).append(record)
        if source == 'console':
            self._engine.update()
            self._tell('new', record)
        return record

    def _compile(self, record):
        if record.cond != record.compiled_from:
            record.compiled_from = record.cond
            record.complained = False
            record.compiled = None
            if record.cond:
                try:
                    record.compiled = _compiled(record.cond, 'condition')
                except ValueError:
                    # pdb stops when a condition cannot be evaluated: an expression that fails does that.
                    record.compiled = compile('(_ for _ in ()).throw(SyntaxError("the condition is no expression"))', '<condition>', 'eval')

    def remove(self, record, tell=True):
        """Takes a breakpoint away, from pdb's lists too."""
        if sys.modules['bdb'].Breakpoint.bpbynumber[record.number] is record:
            record.deleteMe()
        self._drop(record)
        if tell:
            self._engine.update()
            self._tell('removed', record)

    def holds(self, record):
        """Whether it still is a breakpoint."""
        return record in self._by_key.get(record.key, ())

    def _drop(self, record):
        records = self._by_key.get(record.key)
        if records and record in records:
            records.remove(record)
            if not records:
                del self._by_key[record.key]
        named = self.functions.get(getattr(record, 'funcname', None) or '')
        if named and record in named:
            named.remove(record)
            if not named:
                del self.functions[record.funcname]

    def changed(self, record):
        """To be called when enabled, cond, ignore... of a record were changed by a command."""
        self._compile(record)
        self._engine.update()
        self._tell('changed', record)

    def all(self):
        """Every record there is, by number."""
        bdb = sys.modules.get('bdb')
        return [record for record in bdb.Breakpoint.bpbynumber if record is not None] if bdb is not None else []

    def new_id(self):
        """A number of the protocol for a breakpoint of any kind."""
        self._next_id += 1
        return self._next_id

    def dap(self, record):
        """A record as the DAP's Breakpoint."""
        body = {'id': record.dap_id, 'verified': True, 'line': record.line, 'source': {'path': self.shown(record.file)}}
        if not record.enabled:
            body['verified'] = False
            body['message'] = 'disabled by a command of the console'
        elif record.line != record.requested:
            body['message'] = 'line %d has no code: it stops at line %d' % (record.requested, record.line)
        return body

    def _tell(self, reason, record):
        self._engine.channel.send_event('breakpoint', {'reason': reason, 'breakpoint': self.dap(record)})

    def shown(self, path):
        """A path as the editor spells it, when it has named that file."""
        return self._shown_path.get(files.key_of(path), path)

    # The editor's requests.

    def set_lines(self, arguments):
        """setBreakpoints: the editor's breakpoints of one file, all of them."""
        path = arguments['source'].get('path')
        if not path:
            return {'breakpoints': [{'verified': False, 'message': 'a source without a file cannot have breakpoints'} for _ in arguments.get('breakpoints') or ()]}
        key = files.key_of(path)
        self._shown_path[key] = path
        wanted = arguments.get('breakpoints') or ()
        old = [record for record in self._by_key.get(key, ())]
        known = lines.file_lines(path)
        answers = []
        kept = []
        for each in wanted:
            answers.append(self._set_line(path, each, known, old, kept))
        for record in old:
            if record not in kept:
                self.remove(record, tell=False)
        self._engine.update()
        return {'breakpoints': answers}

    def _set_line(self, path, wanted, known, old, kept):
        line = wanted['line']
        moved = known.moved(line)
        if known.error is not None:
            return {'verified': False, 'line': line, 'message': known.error}
        if moved is None:
            return {'verified': False, 'line': line, 'message': 'there is no code on this line or below it'}
        condition, hit, log = wanted.get('condition') or None, wanted.get('hitCondition') or None, wanted.get('logMessage') or None
        # What stays keeps its number, its count of hits, and what the console's `commands` hung on it.
        for record in old:
            if record not in kept and record.line == moved and not record.funcname and (record.cond, record.hit_condition, record.log_message) == (condition, hit, log):
                record.requested = line if record.requested != moved or record.source == 'editor' else record.requested
                kept.append(record)
                return self.dap(record)
        for record in old:
            if record.source == 'console' and record not in kept and record.requested == line:
                # The editor shows the console's breakpoints and sends them back with the rest.
                kept.append(record)
                return self.dap(record)
        try:
            record = self.add(path, moved, False, condition, None, hit, log, source='editor')
        except ValueError as problem:
            return {'verified': False, 'line': line, 'message': str(problem)}
        record.requested = line
        return self.dap(record)

    def set_functions(self, arguments):
        """setFunctionBreakpoints: names such as `f`, `Class.method`, `package.module.f`."""
        for records in list(self.functions.values()):
            for record in list(records):
                self.remove(record, tell=False)
        answers = []
        for wanted in arguments.get('breakpoints') or ():
            name = wanted['name'].strip().rstrip('()')
            last = name.rpartition('.')[2]
            if not last.isidentifier():
                answers.append({'verified': False, 'message': "'%s' is no name of a function" % wanted['name']})
                continue
            condition, hit = wanted.get('condition') or None, wanted.get('hitCondition') or None
            try:
                compiled = _compiled(condition, 'condition') if condition else None
                test = hit_test(hit) if hit else None
            except ValueError as problem:
                answers.append({'verified': False, 'message': str(problem)})
                continue
            record = self._record('function ' + name, 0, False, condition, last, 'editor')
            record.kind, record.func_name, record.compiled, record.compiled_from = 'function', name, compiled, condition
            record.hit_condition, record.hit_test = hit, test
            self.functions.setdefault(last, []).append(record)
            answers.append({'id': record.dap_id, 'verified': True})
        self._engine.update()
        return {'breakpoints': answers}

    def locations(self, arguments):
        """breakpointLocations: the lines with code in a range."""
        path = arguments['source'].get('path')
        first = arguments['line']
        last = arguments.get('endLine') or first
        return {'breakpoints': [{'line': line} for line in (lines.file_lines(path).starts if path else ()) if first <= line <= last]}


def _names(name, code, module_globals):
    """True when `name` is the whole name of a function or the end of it at a dot."""
    if '.' not in name:
        return True
    whole = '%s.%s' % ((module_globals or {}).get('__name__', ''), lines.qualified_name(code).replace('.<locals>', ''))
    return whole == name or whole.endswith('.' + name)
