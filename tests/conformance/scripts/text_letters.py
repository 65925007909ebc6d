"""Upper and lower case of other alphabets, and of letters that have no other, or two."""
from interleave import *


def main():
    for word in ["straße", "ÉCOLE d'été", "ΟΔΥΣΣΕΥΣ σας", "Привет Мир", "ǅungla ﬁn", "İstanbul", "日本 x", "ªº", "ქართული", "ῳ ŉ"]:
        print(word.upper(), word.lower(), word.title(), word.capitalize())
        print(word.isupper(), word.islower(), word.upper().isupper(), word.lower().islower())
    print("é".isalpha(), "éß1".isalpha(), "é".isdigit(), "x-é".isalpha())
    print(sorted(["Zoé", "zoë", "ZOE"], key=lambda w: w.lower()))


run(main)
