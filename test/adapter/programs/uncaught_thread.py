# debug: exceptions uncaught
# debug: do continue
import threading


def work(n):
    values = {'n': n}
    return values['missing']


thread = threading.Thread(target=work, args=(4,), name='worker')
thread.start()
thread.join()
print('main goes on')
