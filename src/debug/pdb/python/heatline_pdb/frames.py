"""Stacks as the editor sees them: ids of frames, skipped ones folded, and where a coroutine is awaited."""
import itertools
import linecache
import os
import sys

from . import files
from .threads import StackFrame

# More frames than anyone looks at; editors page.
_PAGE = 1000


class Frames:
    """Frames of stopped threads by id."""

    def __init__(self, engine):
        self.engine = engine
        self._ids = itertools.count(1)
        self._sources = {}
        self._source_ids = itertools.count(1)

    def capture(self, thread, frame, traceback=None):
        """The frames of a thread, the innermost first; of a traceback, its frames (and no others)."""
        found = []
        if traceback is not None:
            each = traceback
            while each is not None:
                if not each.tb_frame.f_code.co_filename.startswith(files.OWN):
                    found.append(StackFrame(next(self._ids), each.tb_frame, each.tb_lineno, thread))
                each = each.tb_next
            found.reverse()
            if found and found[-1].frame.f_back is not None:
                frame = found[-1].frame.f_back
            else:
                return found
        while frame is not None:
            if not frame.f_code.co_filename.startswith(files.OWN):
                found.append(StackFrame(next(self._ids), frame, frame.f_lineno or frame.f_code.co_firstlineno, thread))
            frame = frame.f_back
        while found and _is_start(found[-1].frame):
            found.pop()
        return found

    def by_id(self, number):
        """The StackFrame of an id; None when its thread has gone on."""
        for thread in self.engine.all_threads():
            for each in thread.stack:
                if each.id == number:
                    return each
        return None

    def stack_trace(self, thread, arguments):
        """stackTrace of a thread that is stopped, or that does not come back from a call while the others are."""
        if not thread.stopped:
            frame = sys._current_frames().get(thread.ident)
            if frame is None:
                raise ValueError('the thread has ended')
            known = {each.frame: each for each in thread.stack}
            thread.stack = [known.get(each.frame, each) for each in self.capture(thread, frame)]
            for each in thread.stack:
                each.line = each.frame.f_lineno or each.line
        start = arguments.get('startFrame') or 0
        count = arguments.get('levels') or _PAGE
        frames = [self._describe(each) for each in thread.stack[start:start + count]]
        total = len(thread.stack)
        if start + count >= total:
            from . import tasks
            frames += tasks.awaiting(self.engine, thread, self._describe, self._ids)
            total = start + len(frames) if frames else total
        return {'stackFrames': frames, 'totalFrames': total}

    def _describe(self, each):
        code = each.frame.f_code
        body = {
            'id': each.id, 'name': getattr(code, 'co_qualname', code.co_name), 'line': each.line, 'column': 1,
            'source': self.source(code.co_filename, each.frame.f_globals),
        }
        module = each.frame.f_globals.get('__name__')
        if isinstance(module, str):
            body['moduleId'] = module
        if each.thread.event in ('exception', 'postmortem') or each is not each.thread.stack[0]:
            _position(each, body)
        if self.engine.visibility.hidden(code.co_filename):
            body['presentationHint'] = 'subtle'
            body['source']['presentationHint'] = 'deemphasize'
            body['source']['origin'] = 'skipped'
        return body

    def source(self, filename, module_globals=None):
        """A DAP Source of a code object's file name."""
        path = files.path_of(filename, module_globals)
        if not path.startswith('<') and os.path.exists(path):
            return {'name': os.path.basename(path), 'path': self.engine.breakpoints.shown(path)}
        body = {'name': os.path.basename(path) if not path.startswith('<') else path, 'path': path}
        # Code of a zip file, of exec, of `-c`: its text when anyone has it.
        if linecache.getlines(filename, module_globals):
            number = self._sources.get(filename)
            if number is None:
                number = self._sources[filename] = next(self._source_ids)
            body['sourceReference'] = number
        return body

    def source_text(self, reference):
        """The text of a source without a file."""
        for filename, number in self._sources.items():
            if number == reference:
                return ''.join(linecache.getlines(filename))
        raise ValueError('this source is not there any more')


def _is_start(frame):
    """True for the frames with which every thread and -m begin."""
    code = frame.f_code
    name = code.co_filename
    if name.startswith('<frozen runpy') or name.endswith('runpy.py'):
        return frame.f_back is None or code.co_name in ('_run_code', '_run_module_as_main', '_run_module_code')
    return name.endswith('threading.py') and code.co_name in ('_bootstrap', '_bootstrap_inner')


def _position(each, body):
    """The columns of the instruction a frame stands on, where the version knows them (3.11)."""
    positions = getattr(each.frame.f_code, 'co_positions', None)
    if positions is None or each.frame.f_lineno != each.line or each.frame.f_lasti < 0:
        return
    for at, (line, end_line, column, end_column) in enumerate(positions()):
        if at == each.frame.f_lasti // 2:
            if line == each.line and column is not None and end_line is not None and end_column is not None:
                text = linecache.getline(each.frame.f_code.co_filename, line).encode('utf-8')
                body['column'] = len(text[:column].decode('utf-8', 'replace').encode('utf-16-le')) // 2 + 1
                if end_line == line:
                    body['endLine'] = end_line
                    body['endColumn'] = len(text[:end_column].decode('utf-8', 'replace').encode('utf-16-le')) // 2 + 1
            return
