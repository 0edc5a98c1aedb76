"""DAP's exceptionInfo: an exception, its causes and members, and where they were raised."""
import traceback

from . import files, statics

_DEEPEST = 20
_MOST_MEMBERS = 20
# Frames of a stack's text at each end.
_FRAMES = 40


def exception_info(values, exc_tuple):
    """The body of the answer. str() of the exceptions is the program's code: watched."""
    kind, value, tb = exc_tuple
    if not isinstance(value, BaseException):
        name = statics.full_name(kind) if issubclass(type(kind), type) else str(kind)
        return {'exceptionId': name, 'details': {'typeName': name.rpartition('.')[2], 'fullTypeName': name}}
    details = _details(values, value, tb, set(), 0)
    name = details['fullTypeName']
    # As a traceback of the program's own file would print it.
    body = {'exceptionId': name[len('__main__.'):] if name.startswith('__main__.') else name, 'details': details}
    if details['message']:
        body['description'] = details['message']
    return body


def _details(values, error, tb, seen, depth):
    seen.add(id(error))
    kind = type(error)
    details = {
        'typeName': statics.type_name(kind), 'fullTypeName': statics.full_name(kind), 'message': _message(values, error), 'stackTrace': stack_text(tb if tb is not None else error.__traceback__),
    }
    inner = [_details(values, each, None, seen, depth + 1) for each in _inner(error) if depth < _DEEPEST and id(each) not in seen]
    if inner:
        details['innerException'] = inner
    return details


def _inner(error):
    found = []
    cause = BaseException.__dict__['__cause__'].__get__(error)
    context = BaseException.__dict__['__context__'].__get__(error)
    if cause is not None:
        found.append(cause)
    elif context is not None and not BaseException.__dict__['__suppress_context__'].__get__(error):
        found.append(context)
    members = statics.own_attribute(error, 'exceptions')
    if type(members) is tuple:
        found += [each for each in members[:_MOST_MEMBERS] if isinstance(each, BaseException)]
    return found


def _message(values, error):
    def words():
        if issubclass(type(error), SyntaxError):
            # With the line and the mark below the place, as Python prints it.
            return ''.join(traceback.format_exception_only(type(error), error)).strip()
        text = str.__str__(str(error))
        notes = statics.own_attribute(error, '__notes__')
        if type(notes) in (list, tuple):
            text = '\n'.join([text] + [str(note) for note in notes[:50]])
        return text[:20000]
    try:
        return values.engine.run_untraced(words, timeout=1.0)
    except TimeoutError:
        return '<str() does not come back>'
    except Exception as problem:
        return '<str() failed: %s>' % statics.type_name(type(problem))
    except BaseException as problem:
        if isinstance(problem, KeyboardInterrupt):
            raise
        return '<str() failed: %s>' % statics.type_name(type(problem))


def stack_text(tb):
    """A traceback as Python prints it, the innermost last, without our frames; the middle of a long one left out."""
    frames = []
    while tb is not None:
        if not tb.tb_frame.f_code.co_filename.startswith(files.OWN):
            frames.append((tb.tb_frame, tb.tb_lineno))
        tb = tb.tb_next
    left_out = len(frames) - 2 * _FRAMES
    if left_out > 0:
        return ''.join(_lines(frames[:_FRAMES]) + ['  ... %d more ...\n' % left_out] + _lines(frames[-_FRAMES:]))
    return ''.join(_lines(frames))


def _lines(frames):
    return traceback.StackSummary.extract(iter(frames), capture_locals=False).format()
