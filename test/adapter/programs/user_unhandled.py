# debug: exceptions userUnhandled
# debug: do continue
import contextlib


def clean(name):
    path = '/tmp/' + name
    raise OSError(path)


def careful():
    try:
        clean('a')
    except OSError:
        return 'handled here'


print(careful())
try:
    with contextlib.ExitStack() as stack:
        stack.callback(clean, 'b')
except OSError as error:
    print(error)
print('end')
