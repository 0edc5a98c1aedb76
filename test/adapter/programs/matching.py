# needs: 3.10
# debug: break start
# debug: do next 24, in 24
def kind(thing):
    match thing:  # <start>
        case 0 | 1:
            return 'small'
        case int(n) if n > 100:
            return 'big'
        case [first, *rest]:
            return f'list of {first} and {len(rest)}'
        case {'name': str(name)}:
            return name
        case _:
            answer = 'other'
    return answer


for thing in (1, 500, [1, 2, 3], {'name': 'x'}, 7.5):
    print(kind(thing))
