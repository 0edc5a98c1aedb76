# debug: break comment
# debug: break comment+1
# debug: break doc
# debug: break decorator
# debug: break def
# debug: break continuation
# debug: break closing
# debug: break else
# debug: break global
# debug: break string
# debug: do continue 20
def plain(function):
    return function


# a comment <comment>

@plain  # <decorator>
def work(a,
         b=2):  # <def>
    """A docstring

    of several lines <doc>
    """
    global seen  # <global>
    seen = (a,
            b,  # <continuation>
            )  # <closing>
    if a > 5:
        result = 'big'
    else:  # <else>
        result = 'small'
    text = """
    <string>
    """
    return result + text.strip()


print(work(1))
print(work(9))
print(seen)
