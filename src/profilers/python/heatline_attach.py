"""Samples a program that runs already: executed inside it, in its main thread, in a namespace of its own that holds ORDER.

ORDER: folder (of our files), out, stop (files of the run), ack (a file that gets "ok", or why not), interval (seconds), agent (the pid of
the process that asked). The sampler ends when the stop file appears, when that process is gone, or with the program; then nothing of
us runs any more and the switch interval is what it was. Forked children are not recorded.

Without the helper process that looks from outside (heatline_exact.py): it must be forked before a program begins.
"""

import atexit
import os
import sys


def _is_sampled():
    for name in os.listdir('/proc/self/fd') if os.path.isdir('/proc/self/fd') else ():
        try:
            if os.readlink('/proc/self/fd/' + name).endswith('.heatline-samples'):
                return True
        except OSError:
            pass
    return False


def _attach(order):
    if _is_sampled():
        raise RuntimeError('it is being profiled already')
    writes_bytecode = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    sys.path.insert(0, order['folder'])
    try:
        from heatline_recording import Output
        from heatline_runner import own_file
        from heatline_session import AttachedSession
        own_file(_attach.__code__)
        session = AttachedSession(order['stop'], order['interval'], order['agent'])
        session.attach(Output(order['out']))
    finally:
        sys.dont_write_bytecode = writes_bytecode
        while order['folder'] in sys.path:
            sys.path.remove(order['folder'])
        sys.path_importer_cache.pop(order['folder'], None)
        for name in [name for name in sys.modules if name.startswith('heatline_')]:
            del sys.modules[name]


def _answer(order):
    # Asked twice, when the first way took long.
    if os.path.exists(order['ack']) or os.path.exists(order['stop']):
        return
    try:
        if sys.version_info < (3, 6):
            raise RuntimeError('it is Python %s, and profiling needs 3.6 or later' % sys.version.split()[0])
        _attach(order)
        answer = 'ok'
    except BaseException as error:
        answer = '%s: %s' % (type(error).__name__, error)
    with open(order['ack'] + '.part', 'w') as stream:
        stream.write(answer)
    os.rename(order['ack'] + '.part', order['ack'])


_answer(ORDER)
