"""Runs the program as python itself would: script, folder or zip file, module, or code string."""
import os
import sys
import threading
import types


class Usage(Exception):
    """The command line or the file is wrong; words for the user."""


def prepare(arguments):
    """(code, globals, argv) of `PROGRAM ARGS`, `-m MODULE ARGS` or `-c CODE ARGS`; sets sys.argv and sys.path as python does."""
    if not arguments:
        raise Usage('no program was named')
    first = arguments[0]
    if first == '-m':
        return _module(arguments[1:])
    if first == '-c':
        if len(arguments) < 2:
            raise Usage('-c needs code')
        sys.argv[:] = ['-c'] + arguments[2:]
        sys.path.insert(0, '')
        import linecache
        text = arguments[1]
        linecache.cache['<string>'] = (len(text), None, text.splitlines(True), '<string>')
        return lambda: compile(text, '<string>', 'exec', dont_inherit=True), _main_module({'__file__': None}), None
    return _script(first, arguments)


def _main_module(names):
    module = types.ModuleType('__main__')
    module.__dict__.update({name: value for name, value in names.items() if value is not None})
    module.__dict__.setdefault('__builtins__', __builtins__)
    sys.modules['__main__'] = module
    return module.__dict__


def _script(path, arguments):
    if not os.path.exists(path):
        raise Usage('there is no file %s' % path)
    sys.argv[:] = arguments
    if os.path.isdir(path) or not _is_source(path):
        return _archive(path)
    full = os.path.abspath(path)
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    import importlib.machinery
    loader = importlib.machinery.SourceFileLoader('__main__', full)
    names = _main_module({'__file__': full if sys.version_info >= (3, 9) else path, '__cached__': None, '__loader__': loader})
    names['__spec__'] = None

    def code():
        with open(path, 'rb') as file:
            return compile(file.read(), full, 'exec', dont_inherit=True)
    return code, names, None


def _is_source(path):
    if path.endswith('.py'):
        return True
    import zipfile
    return not zipfile.is_zipfile(path)


def _archive(path):
    import runpy
    from pkgutil import get_importer
    if type(get_importer(path)).__name__ == 'NoneType':
        raise Usage('%s is neither a source file nor a folder or zip file with a __main__.py' % path)
    sys.path.insert(0, path)
    try:
        name, spec, code = runpy._get_main_module_details()
    except (ImportError, runpy._Error) as problem:
        raise Usage(str(problem))
    names = _main_module({'__file__': spec.origin, '__cached__': spec.cached, '__loader__': spec.loader, '__package__': spec.parent})
    names['__spec__'] = spec
    return lambda: code, names, None


def _module(arguments):
    if not arguments:
        raise Usage('-m needs the name of a module')
    import runpy
    sys.argv[:] = ['-m'] + arguments[1:]
    sys.path.insert(0, os.getcwd())
    try:
        name, spec, code = runpy._get_module_details(arguments[0])
    except (ImportError, runpy._Error) as problem:
        raise Usage(str(problem))
    sys.argv[0] = spec.origin
    names = _main_module({'__file__': spec.origin, '__cached__': spec.cached, '__loader__': spec.loader, '__package__': spec.parent})
    names['__spec__'] = spec
    return lambda: code, names, None


def run(engine, make_code, names):
    """Runs the program on this thread under the engine; returns its exit code. Uncaught exceptions stop first, when that is asked for."""
    _watch_threads(engine)
    try:
        code = make_code()
    except (SyntaxError, ValueError) as problem:
        problem.__traceback__ = None
        sys.excepthook(type(problem), problem, None)
        return 1
    try:
        _execute(engine, code, names)
    except SystemExit as problem:
        return exit_code(problem)
    except BaseException as problem:
        bdb = sys.modules.get('bdb')
        if bdb is not None and isinstance(problem, bdb.BdbQuit):
            return 1
        traceback = own_frames_off(problem.__traceback__)
        if not engine.terminating and engine.exceptions.wants('uncaught', type(problem)):
            engine.post_mortem(traceback, problem, text=_text(problem), description='%s (uncaught)' % type(problem).__name__)
        sys.excepthook(type(problem), problem.with_traceback(traceback), traceback)
        return 130 if isinstance(problem, KeyboardInterrupt) else 1
    return 0


def _execute(engine, code, names):
    try:
        engine.begin(names)
        exec(code, names)
    finally:
        engine.ended()


def exit_code(problem):
    """What python makes of a SystemExit: its number, 0 for None, else 1 after the message was printed."""
    code = problem.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    try:
        sys.stdout.flush()
    except Exception:
        pass
    print(code, file=sys.stderr)
    return 1


def own_frames_off(traceback):
    """A traceback without our own frames at its outer end."""
    from . import files
    while traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(files.OWN):
        traceback = traceback.tb_next
    return traceback


def _text(problem):
    try:
        return str(problem)[:1000]
    except BaseException as failed:
        return '<str() failed: %s>' % type(failed).__name__


def _watch_threads(engine):
    """Exceptions that end a thread are uncaught too."""
    program_hook = threading.excepthook

    def excepthook(arguments):
        if arguments.exc_type is not SystemExit and arguments.exc_value is not None and engine.exceptions.wants('uncaught', arguments.exc_type):
            engine.post_mortem(own_frames_off(arguments.exc_traceback), arguments.exc_value, text=_text(arguments.exc_value),
                               description='%s (uncaught, ends the thread)' % arguments.exc_type.__name__)
        program_hook(arguments)
    threading.excepthook = excepthook
