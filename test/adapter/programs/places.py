# debug: break comment moved decorator
# debug: break comment+1 moved decorator
# debug: break doc moved first
# debug: break decorator
# debug: break def
# debug: break continuation
# debug: break closing moved test
# debug: break else moved small
# debug: break global moved first
# debug: break string moved return
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
    seen = (a,  # <first>
            b,  # <continuation>
            )  # <closing>
    if a > 5:  # <test>
        result = 'big'
    else:  # <else>
        result = 'small'  # <small>
    text = """
    <string>
    """
    return result + text.strip()  # <return>


print(work(1))
print(work(9))
print(seen)
