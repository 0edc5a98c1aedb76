# debug: break third hits 3
# debug: break more hits >4
# debug: break every hits %4
# debug: do continue 40
def run():
    for i in range(9):
        a = i  # <third>
        b = a * 2  # <more>
        c = b + 1  # <every>
        d = c
    return d


print(run())
