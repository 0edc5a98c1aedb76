# debug: break third hits 3
# debug: break more hits >4
# debug: break every hits %4
# debug: break both if i > 2 hits 2
# debug: do continue 40
def run():
    for i in range(9):
        a = i  # <third>
        b = a * 2  # <more>
        c = b + 1  # <every>
        d = c  # <both>
    return d


print(run())
