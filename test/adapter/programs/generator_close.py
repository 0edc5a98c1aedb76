# debug: break start
# debug: do in 11, continue
def resource():
    print('open')
    try:
        while True:
            try:
                yield 'item'
            except ValueError:
                yield 'recovered'
    finally:
        print('close')


g = resource()  # <start>
print(next(g))
print(g.throw(ValueError('bad')))
g.close()
print('end')
