"""Threads of ours in the program: raw ones, so that the program does not see them in threading.enumerate(), neither traced nor stopped."""
import _thread

# Their idents; engines share this set as `untraced`.
idents = set()


def spawn(function, *arguments):
    """Runs a function on a thread of ours. RuntimeError when the system has no more threads."""
    def run():
        ident = _thread.get_ident()
        idents.add(ident)
        try:
            function(*arguments)
        finally:
            idents.discard(ident)
    _thread.start_new_thread(run, ())
