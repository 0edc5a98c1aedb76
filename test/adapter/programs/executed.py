# debug: break start
# debug: break used
# debug: do next 2, continue 2
def helper(n):
    return n * 3  # <used>


space = {'helper': helper}  # <start>
exec('x = 1\ny = helper(x)\nz = y + 1', space)
code = compile('helper(5) + 1', '<made>', 'eval')
value = eval(code, space)
print(space['z'], value)
