"""The command line of the helper."""
import atexit
import os
import sys
import threading
import traceback

PROTOCOL = 1
USAGE = 'usage: python heatline_pdb --connect HOST:PORT [--] PROGRAM ARGS | -m MODULE ARGS | -c CODE ARGS\n'


def main(arguments):
    """Runs the program; returns the exit code."""
    if arguments[:1] == ['--connect'] and len(arguments) > 1:
        rest = arguments[2:]
        return connected(arguments[1], rest[1:] if rest[:1] == ['--'] else rest)
    sys.stderr.write(USAGE)
    return 2


def hello(token):
    """What the helper says first."""
    return {'hello': {
        'token': token, 'pid': os.getpid(), 'version': list(sys.version_info[:3]), 'implementation': sys.implementation.name,
        'executable': sys.executable, 'protocol': PROTOCOL,
    }}


def connected(address, arguments):
    """Connects to the adapter, waits for its settings, and runs the program."""
    from . import program, wire
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

    def serve():
        try:
            Requests(engine, run.set).serve()
        except BaseException:
            engine.output('stderr', 'The debugger in the program failed:\n' + traceback.format_exc())
        # The adapter is gone, or leaves: the program is not held up by it.
        engine.detach()
        channel.close()
        run.set()
    engine.spawn(serve)
    run.wait()
    code = 0

    def tell_exit():
        channel.send_event('exited', {'exitCode': code})
    # Registered before the program's own, so that it runs after them.
    atexit.register(tell_exit)
    try:
        make_code, names, _ = program.prepare(arguments)
    except program.Usage as problem:
        sys.stderr.write('%s\n' % problem)
        code = 2
        return code
    code = program.run(engine, make_code, names)
    return code
