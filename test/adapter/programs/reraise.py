# debug: exceptions raised uncaught
# debug: do continue
class Trouble(Exception):
    pass


def low():
    raise ValueError('low')


def high():
    try:
        low()
    except ValueError as cause:
        raise Trouble('high') from cause


def again():
    try:
        high()
    except Trouble:
        print('again')
        raise


again()
print('never')
