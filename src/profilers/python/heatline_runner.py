"""Runs a script or module as the interpreter itself would, for the programs of this folder that profile it.

The interpreter starts one of our files, which imports this one and hands over what stood after `--` on its command line:
what would have stood after `python`. The program then finds a fresh `__main__` module, its own sys.argv, sys.orig_argv
and sys.path[0], and none of our modules.

How a program ends is left to the interpreter: exceptions pass through our frames to the top, so that exit codes,
SystemExit messages, death by SIGINT, threads that are waited for and atexit handlers are the interpreter's own
doing. Only the traceback that sys.excepthook sees is cut, to begin at the program's first frame.

Standard library only, CPython 3.6 and later. Nothing is imported but what every interpreter has loaded or built in: a module
imported here would hide one of the same name beside the profiled script.
"""

import os
import sys

_OWN_FILES = set()

_WHAT_FOLLOWS = 'put after -- what you would put after python: "script.py args" or "-m module args"'


def own_file(code):
    """Declares the file of this code object as ours: its frames are left out of profiles and tracebacks."""
    _OWN_FILES.add(code.co_filename)


def is_own(code):
    """True for code of this folder."""
    return code.co_filename in _OWN_FILES


def is_own_path(path):
    """True for the file name of code of this folder."""
    return path in _OWN_FILES


def usage_error(message):
    """Ends this process with exit code 2, as the interpreter does for a command line it does not understand."""
    sys.stderr.write('heatline: %s\n' % message)
    sys.exit(2)


def parse_command_line(argv, options):
    """Splits `--name value ... -- program`.

    options maps each option's name to its default. Returns (values by name, the program's words). Paths that the values
    name should be made absolute by the caller before the program can change the folder.
    """
    values = dict(options)
    words = list(argv)
    while words:
        word = words.pop(0)
        if word == '--':
            if not words or words == ['-m']:
                break
            return values, words
        name = word[2:]
        if not word.startswith('--') or name not in options:
            usage_error('unknown option %s; %s' % (word, _WHAT_FOLLOWS))
        if not words:
            usage_error('%s needs a value' % word)
        values[name] = words.pop(0)
    usage_error('no program given; ' + _WHAT_FOLLOWS)


def forget_own_folder(folder):
    """Takes our folder off sys.path and our modules out of sys.modules; what was imported from them lives on."""
    while folder in sys.path:
        sys.path.remove(folder)
    sys.path_importer_cache.pop(folder, None)
    for name in [name for name in sys.modules if name.startswith('heatline_')]:
        del sys.modules[name]


def load(words):
    """Prepares sys.argv, sys.orig_argv, sys.path and `__main__` for `script.py args` or `-m module args`.

    Returns a function program(begin) that runs it; begin() is called right before the first instruction of the program,
    or, for a module, before it is looked up, which may run code of the packages around it.
    """
    own_words = len(sys.argv)
    if hasattr(sys, 'orig_argv'):
        # What the interpreter was given, options included, with the program in our place.
        sys.orig_argv = sys.orig_argv[:len(sys.orig_argv) - own_words] + list(words)
    if words[0] == '-m':
        return _module(words[1], words[2:])
    return _script(words)


def _adds_path():
    # python -I and -P leave sys.path[0] alone.
    return not (sys.flags.isolated or getattr(sys.flags, 'safe_path', False))


def _new_main():
    """A `__main__` like the one that the interpreter made for us, before anything ran in it."""
    ours = sys.modules['__main__'].__dict__
    main = type(sys)('__main__')
    names = main.__dict__
    if '__annotations__' in ours:
        names['__annotations__'] = {}
    names['__builtins__'] = sys.modules['builtins']
    if '__file__' in ours:
        names['__file__'] = None
    if '__cached__' in ours:
        names['__cached__'] = None
    sys.modules['__main__'] = main
    return main


def _absolute(path):
    # The interpreter joins without normalising, but for a lone dot, and since 3.9 only (Python/fileutils.c, _Py_abspath).
    if sys.version_info < (3, 9) or os.path.isabs(path):
        return path
    try:
        return os.getcwd() if path == '.' else os.path.join(os.getcwd(), path)
    except OSError:
        return path


def _is_folder_or_archive(path):
    for hook in sys.path_hooks:
        try:
            hook(path)
            return True
        except ImportError:
            pass
    return False


def _module(name, arguments):
    # runpy looks the module up while argv[0] is -m, then puts the file's path there.
    sys.argv[:] = ['-m'] + list(arguments)
    if _adds_path():
        try:
            sys.path.insert(0, os.getcwd() if sys.version_info >= (3, 7) else '')
        except OSError:
            pass
    main = _new_main()
    main.__dict__.pop('__file__', None)
    main.__dict__.pop('__cached__', None)

    def program(begin):
        import runpy
        begin()
        # What the interpreter itself calls for -m (Modules/main.c, pymain_run_module).
        runpy._run_module_as_main(name)
    return program


def _script(words):
    script = words[0]
    filename = _absolute(script)
    sys.argv[:] = list(words)
    main = _new_main()
    if _is_folder_or_archive(filename):
        sys.path.insert(0, filename)
        main.__dict__.pop('__file__', None)
        main.__dict__.pop('__cached__', None)

        def archive_program(begin):
            import runpy
            begin()
            runpy._run_module_as_main('__main__', False)
        return archive_program

    if _adds_path():
        sys.path.insert(0, os.path.dirname(os.path.realpath(script)))
    names = main.__dict__
    names['__file__'] = filename
    loaders = sys.modules['_frozen_importlib_external']
    compiled = filename.endswith('.pyc')
    loader = (loaders.SourcelessFileLoader if compiled else loaders.SourceFileLoader)('__main__', filename)
    names['__loader__'] = loader
    try:
        with open(filename, 'rb') as stream:
            source = stream.read()
    except OSError as error:
        sys.stderr.write("%s: can't open file %r: [Errno %s] %s\n" % (sys.executable, filename, error.errno, error.strerror))
        sys.exit(2)

    def program(begin):
        code = loader.get_code('__main__') if compiled else compile(source, filename, 'exec', 0, True)
        # Called as a function instead of through exec(): the same frame (its locals are its globals), but cProfile then sees no
        # call of exec around it.
        module = type(program)(code, names)
        code = None
        begin()
        module()
    return program


def run(program, begin, end):
    """Runs what load() returned; end(error) is called at once when it has ended, with None or what it raised.

    Whatever was raised goes on to the caller, who must let it reach the interpreter.
    """
    try:
        program(begin)
    except BaseException as error:
        end(error)
        if not isinstance(error, SystemExit):
            _hide_own_frames()
        raise
    end(None)


def exit_code(error):
    """What the process will exit with when `error` (None: nothing was raised) leaves the program; 128 + n for signal n."""
    if error is None:
        return 0
    if isinstance(error, SystemExit):
        code = error.code
        if code is None:
            return 0
        if isinstance(code, int):
            return code & 0xff if os.name == 'posix' else code
        return 1
    if isinstance(error, KeyboardInterrupt) and sys.version_info >= (3, 8):
        return 130
    return 1


def _without_own_frames(traceback):
    while traceback is not None and is_own(traceback.tb_frame.f_code):
        traceback = traceback.tb_next
    # Also those of functions that we put in the place of the os module's (tb_next can be set since 3.7).
    entry = traceback
    while entry is not None and sys.version_info >= (3, 7):
        below = entry.tb_next
        while below is not None and is_own(below.tb_frame.f_code):
            below = below.tb_next
        entry.tb_next = below
        entry = below
    return traceback


def _hide_own_frames():
    """Makes the interpreter's report of the exception that is passing now begin at the program's first frame."""
    program_hook = getattr(sys, 'excepthook', None)

    def hook(kind, error, traceback):
        if program_hook is None:
            del sys.excepthook
        else:
            sys.excepthook = program_hook
        traceback = _without_own_frames(traceback)
        error.__traceback__ = traceback
        sys.last_traceback = traceback
        (program_hook or sys.__excepthook__)(kind, error, traceback)
    sys.excepthook = hook


own_file(own_file.__code__)
