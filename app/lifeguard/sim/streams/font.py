"""Letters of three by five dots, for what simulated screens say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 4, 6
"""Of one letter with the gap after it, in dots."""

_ROWS = {
    " ": "00000", "A": "25755", "B": "65656", "C": "34443", "D": "65556", "E": "74647", "F": "74644", "G": "34553",
    "H": "55755", "I": "72227", "J": "11152", "K": "55655", "L": "44447", "M": "57755", "N": "65555", "O": "25552",
    "P": "65644", "Q": "25573", "R": "65655", "S": "34216", "T": "72222", "U": "55557", "V": "55552", "W": "55775",
    "X": "55255", "Y": "55222", "Z": "71247", "0": "75557", "1": "26227", "2": "61247", "3": "61216", "4": "55711",
    "5": "74616", "6": "34657", "7": "71222", "8": "75757", "9": "75316", ".": "00002", ",": "00024", ":": "02020",
    "-": "00700", "_": "00007", "/": "11244", "#": "57575", "$": "36263", ">": "42124", "<": "12421", "(": "12221",
    ")": "42224", "!": "22202", "?": "61202", "@": "25543", "=": "07070", "+": "02720", "'": "22000", '"': "55000",
    "*": "05250", ";": "02024", "%": "51245", "&": "25253", "|": "22222", "~": "03600", "[": "64446", "]": "31113",
}  # fmt: skip
"""Each row of dots as one octal digit."""


def drawn(text: str) -> NDArray[np.bool_]:
    """A line of text as dots: bool[HEIGHT, WIDTH * letters]. Unknown letters are question marks."""
    dots = np.zeros((HEIGHT, WIDTH * len(text)), dtype=np.bool_)
    for at, letter in enumerate(text.upper()):
        for row, digit in enumerate(_ROWS.get(letter, _ROWS["?"])):
            for column in range(3):
                dots[row, at * WIDTH + column] = bool(int(digit, 8) & 4 >> column)
    return dots
