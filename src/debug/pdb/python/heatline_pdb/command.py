"""The command line of the helper."""
import atexit
import os
import sys
import threading

PROTOCOL = 1
USAGE = """usage: python -m heatline_pdb --listen [127.0.0.1:]PORT [--wait] [--token TOKEN] [--] PROGRAM ARGS | -m MODULE ARGS | -c CODE ARGS
           runs a program that a debugger may attach to; with --wait it begins when one has
       python -m heatline_pdb --relay PORT
           connects standard input and output with a program that listens here (docker exec -i ..., ssh ...)
       python -m heatline_pdb --attach PID
           has a running Python process listen, and prints where
       python heatline_pdb --connect HOST:PORT [--] PROGRAM ARGS | -m MODULE ARGS | -c CODE ARGS
           what an editor runs
"""


def main(arguments):
    """Runs the program; returns the exit code."""
    if arguments[:1] == ['--connect'] and len(arguments) > 1:
        rest = arguments[2:]
        return connected(arguments[1], rest[1:] if rest[:1] == ['--'] else rest)
    if arguments[:1] == ['--listen'] and len(arguments) > 1:
        return run_listening(arguments[1], arguments[2:])
    if arguments[:1] == ['--relay'] and len(arguments) == 2 and arguments[1].isdigit():
        from .relay import relay
        return relay(int(arguments[1]))
    if arguments[:1] == ['--attach'] and len(arguments) == 2 and arguments[1].isdigit():
        from .attach import attach
        return attach(int(arguments[1]))
    sys.stderr.write(USAGE)
    return 0 if arguments[:1] in (['-h'], ['--help']) else 2


def hello(token):
    """What the helper says first."""
    return {'hello': {
        'token': token, 'pid': os.getpid(), 'version': list(sys.version_info[:3]), 'implementation': sys.implementation.name,
        'executable': sys.executable, 'protocol': PROTOCOL,
    }}


def connected(address, arguments):
    """Connects to the adapter, waits for its settings, and runs the program."""
    from . import program, sessions, wire
    from .engine import Engine
    from .requests import Requests
    host, _, port = address.rpartition(':')
    token = os.environ.pop('HEATLINE_PDB_TOKEN', '')
    try:
        channel = wire.connect(host, int(port))
    except (OSError, ValueError) as problem:
        sys.stderr.write('The debug adapter cannot be reached at %s: %s\n' % (address, problem))
        return 2
    engine = Engine(channel)
    channel.send(hello(token))
    run = threading.Event()
    prepared = threading.Event()
    answered = threading.Event()
    left = threading.Event()
    refusals = []

    def begin():
        run.set()
        # Importing the package of a module is the program's code and may take its time.
        prepared.wait(5)
        if refusals:
            raise ValueError(refusals[0])
        return answered.set

    def serve():
        try:
            Requests(engine, begin).serve()
        except BaseException:
            import traceback
            engine.output('stderr', 'The debugger in the program failed:\n' + traceback.format_exc())
        # The adapter is gone, or leaves: the program is not held up by it.
        engine.detach()
        channel.close()
        run.set()
        answered.set()
        left.set()
    engine.spawn(serve)
    run.wait()
    if not engine.detached:
        sessions.install(engine, engine.settings)
    code = 0

    def tell_exit():
        # A breakpoint in what we use ourselves from here on is not the program's.
        if engine.tracer is not None:
            engine.tracer.stop()
        if engine.requests is not None:
            engine.requests.settle()
        channel.send_event('exited', {'exitCode': code})
    # Registered before the program's own, so that it runs after them.
    atexit.register(tell_exit)
    try:
        make_code, names = program.prepare(arguments)
    except program.Usage as problem:
        refusals.append(str(problem))
        sys.stderr.write('%s\n' % problem)
        code = 2
        prepared.set()
        # The adapter is told by the answer to `run`, and then leaves.
        left.wait(5)
        return code
    prepared.set()
    answered.wait()
    code = program.run(engine, make_code, names)
    return code


def run_listening(address, arguments):
    """Runs a program that a debugger may attach to."""
    from . import listening, program
    wait, token = False, None
    while arguments[:1] in (['--wait'], ['--token']):
        if arguments[0] == '--wait':
            wait, arguments = True, arguments[1:]
        else:
            token, arguments = ''.join(arguments[1:2]), arguments[2:]
    if arguments[:1] == ['--']:
        arguments = arguments[1:]
    try:
        make_code, names = program.prepare(arguments)
        listening.listen(address, token)
    except (program.Usage, ValueError) as problem:
        sys.stderr.write('%s\n' % problem)
        return 2
    except OSError as problem:
        sys.stderr.write('heatline_pdb cannot listen on %s: %s\n' % (address, problem.strerror or problem))
        return 2
    return listening.run(make_code, names, wait)
